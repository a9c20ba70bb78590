// Who owns the database: one row a partition. A lease ends by itself; that of a process that is known to be
// dead ends at once, so a restart after a kill does not wait for it.
import type { Lease, Owner } from "../Store.ts"
import type { Database, Row } from "./Database.ts"

/** Owners alive in this thread, all databases together. */
const alive = new Set<string>()

interface Terms {
  readonly ttlMs: number
  readonly nowMs: number
}

export const take = (
  db: Database,
  partition: number,
  owner: Owner,
  { nowMs, ttlMs }: Terms
): Lease | null => {
  const held = db.one("select * from lease where partition = ?", partition)
  const epoch = Number(held?.["epoch"] ?? 0) + 1
  if (held !== undefined && Number(held["expires_at"]) > nowMs && !isFree(held, owner)) return null
  db.run(
    `insert into lease (partition, epoch, owner, host, pid, taken_at, expires_at) values (?, ?, ?, ?, ?, ?, ?)
     on conflict do update set epoch = excluded.epoch, owner = excluded.owner, host = excluded.host,
     pid = excluded.pid, taken_at = excluded.taken_at, expires_at = excluded.expires_at`,
    partition,
    epoch,
    owner.id,
    owner.host,
    owner.pid,
    nowMs,
    nowMs + ttlMs
  )
  db.run(
    "update run set status = 'queued', epoch = epoch + 1, run_at = ?, updated_at = ? where status = 'running'",
    nowMs,
    nowMs
  )
  db.run(
    "update run set run_at = min(coalesce(run_at, ?), ?) where status = 'blocked'",
    nowMs,
    nowMs
  )
  db.forget()
  alive.add(owner.id)
  return { partition, owner: owner.id, epoch }
}

/** Before its end, a lease is free to its own owner, and to all when its owner is dead. */
const isFree = (held: Row, owner: Owner): boolean =>
  held["owner"] === owner.id || isDead(held, owner)

/** A wrong answer costs time, never truth: whoever is taken for dead is fenced. */
const isDead = (held: Row, owner: Owner): boolean => {
  if (held["host"] !== owner.host) return false
  const pid = Number(held["pid"])
  if (pid === process.pid) return !alive.has(String(held["owner"])) && isLeftover(held)
  try {
    process.kill(pid, 0)
    return false
  } catch (cause) {
    return cause instanceof Error && "code" in cause && cause.code === "ESRCH"
  }
}

/**
 * A process that is started again may get the number of the one before, in a container always. What was taken
 * since our start is of another thread of ours.
 */
const isLeftover = (held: Row): boolean =>
  Number(held["taken_at"]) < Date.now() - process.uptime() * 1_000

/** Absolute, never "expires + ttl": a lease must not drift ahead of the clock. A released one stays so. */
export const renew = (db: Database, lease: Lease, { nowMs, ttlMs }: Terms): boolean =>
  db.run(
    "update lease set expires_at = ? where partition = ? and epoch = ? and expires_at > 0",
    nowMs + ttlMs,
    lease.partition,
    lease.epoch
  ) === 1

export const release = (db: Database, lease: Lease): void => {
  const ended = db.run(
    "update lease set expires_at = 0 where partition = ? and epoch = ?",
    lease.partition,
    lease.epoch
  )
  if (ended === 1) alive.delete(lease.owner)
}
