// The limit on SQLite: one row a run, its whole state rewritten at each step, and nothing else. "tx" commits each
// step; "group" commits what has gathered, up to 64 at once.
import path from "node:path"
import { DatabaseSync } from "node:sqlite"
import { increment, type System } from "../System.ts"

const groupMax = 64

type Write = () => void

export const sqliteRows = (commit: "tx" | "group", folder: string): System => {
  const db = new DatabaseSync(path.join(folder, "rows.db"))
  db.exec("pragma journal_mode = wal; pragma synchronous = full")
  db.exec("create table run (id text primary key, position int, state text) without rowid")
  const insert = db.prepare("insert into run values (?, 0, ?)")
  const update = db.prepare("update run set position = ?, state = ? where id = ?")
  const write = commit === "tx" ? async (body: Write) => body() : grouped(db)
  return {
    linear: async (steps) => async (id) => {
      let value = 0
      await write(() => insert.run(id, JSON.stringify(value)))
      for (let position = 1; position <= steps; position++) {
        value = increment(value)
        await write(() => update.run(position, JSON.stringify(value), id))
      }
      return value
    },
    fork: async (branches) => async (id) => {
      await write(() => insert.run(id, "0"))
      const branch = async (_: unknown, index: number) => {
        const value = increment(0)
        await write(() => insert.run(`${id}/${index}`, JSON.stringify(value)))
        return value
      }
      return Promise.all(Array.from({ length: branches }, branch))
    },
    close: async () => db.close()
  }
}

const grouped = (db: DatabaseSync) => {
  const begin = db.prepare("begin immediate")
  const commit = db.prepare("commit")
  let waiting: Array<{ readonly body: Write; readonly done: () => void }> = []
  const flush = () => {
    const batch = waiting.slice(0, groupMax)
    waiting = waiting.slice(groupMax)
    begin.run()
    for (const { body } of batch) body()
    commit.run()
    for (const { done } of batch) done()
    if (waiting.length > 0) setImmediate(flush)
  }
  return (body: Write) =>
    new Promise<void>((done) => {
      waiting.push({ body, done })
      if (waiting.length === 1) setImmediate(flush)
    })
}
