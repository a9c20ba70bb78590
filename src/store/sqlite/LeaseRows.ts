// Who owns the database: one row a partition. A lease ends by itself; that of a process that is known to be
// dead ends at once, so a restart after a kill does not wait for it.
import { hostname } from "node:os"
import type { Lease, Owner } from "../Store.ts"
import type { Database, Row } from "./Database.ts"

/** Owners alive in this process, all databases together: what tells a leftover with our own pid from ourselves. */
const alive = new Set<string>()

export const thisOwner = (id: string): Owner => ({ id, host: hostname(), pid: process.pid })

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
  if (held !== undefined && Number(held["expires_at"]) > nowMs && !isDead(held, owner)) return null
  db.run(
    `insert into lease (partition, epoch, owner, host, pid, expires_at) values (?, ?, ?, ?, ?, ?)
     on conflict do update set epoch = excluded.epoch, owner = excluded.owner, host = excluded.host,
     pid = excluded.pid, expires_at = excluded.expires_at`,
    partition,
    epoch,
    owner.id,
    owner.host,
    owner.pid,
    nowMs + ttlMs
  )
  db.run(
    "update run set status = 'queued', epoch = epoch + 1, run_at = ? where status = 'running'",
    nowMs
  )
  db.run("update run set run_at = ? where status = 'blocked'", nowMs)
  alive.add(owner.id)
  return { partition, owner: owner.id, epoch }
}

/** A wrong answer costs time, never truth: whoever is taken for dead is fenced. */
const isDead = (held: Row, owner: Owner): boolean => {
  if (held["host"] !== owner.host) return false
  const pid = Number(held["pid"])
  if (pid === process.pid) return !alive.has(String(held["owner"]))
  try {
    process.kill(pid, 0)
    return false
  } catch (cause) {
    return cause instanceof Error && "code" in cause && cause.code === "ESRCH"
  }
}

/** Absolute, never "expires + ttl": a lease must not drift ahead of the clock. */
export const renew = (db: Database, lease: Lease, { nowMs, ttlMs }: Terms): boolean =>
  db.run(
    "update lease set expires_at = ? where partition = ? and epoch = ?",
    nowMs + ttlMs,
    lease.partition,
    lease.epoch
  ) === 1

export const release = (db: Database, lease: Lease): void => {
  alive.delete(lease.owner)
  db.run(
    "update lease set expires_at = 0 where partition = ? and epoch = ?",
    lease.partition,
    lease.epoch
  )
}
