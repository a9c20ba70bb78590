// The ready-made seal: AES-256-GCM by node:crypto, under named keys. Values are sealed with the current key and
// opened with the one that they name, so a key is changed by adding one; each next checkpoint of a run moves it on.
import * as Data from "effect/Data"
import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  type KeyObject,
  randomBytes
} from "node:crypto"
import type { Seal, Sealed } from "../../codec/Seal.ts"

export interface Aes256GcmOptions<Name extends string> {
  /** Keys of 32 random bytes by name. Keep an old one as long as a value names it. */
  readonly keys: Readonly<Record<Name, Uint8Array>>
  /** The name of the key that seals. */
  readonly current: NoInfer<Name>
}

/** A key is missing or has the wrong length. */
export class InvalidSeal extends Data.TaggedError("InvalidSeal")<{ readonly fault: string }> {
  override get message(): string {
    return `aes256gcm: ${this.fault}`
  }
}

const keyBytes = 32
const ivBytes = 12
const tagBytes = 16
const algorithm = "aes-256-gcm"

/** Encrypts values. One that is changed, or copied to another run, does not open. Throws `InvalidSeal`. */
export const aes256gcm = <const Name extends string>({
  current,
  keys
}: Aes256GcmOptions<Name>): Seal => {
  const named = new Map<string, KeyObject>()
  for (const [name, bytes] of Object.entries<unknown>(keys)) named.set(name, toKey(name, bytes))
  const sealing = named.get(current)
  if (sealing === undefined) {
    throw new InvalidSeal({ fault: `the current key '${current}' is not among the keys: add it` })
  }
  return {
    seal: (text, runId) => encrypt(text, { name: current, key: keyOfRun(sealing, runId) }),
    open: (sealed, runId) => {
      const { data, iv, key: name } = partsOf(sealed)
      const key = named.get(name)
      if (key === undefined) throw new RangeError("the key is not known here, add it to the keys")
      return decrypt(Buffer.from(data, "base64"), { iv, key: keyOfRun(key, runId) })
    }
  }
}

const toKey = (name: string, bytes: unknown): KeyObject => {
  if (bytes instanceof Uint8Array && bytes.length === keyBytes) return createSecretKey(bytes)
  const found = bytes instanceof Uint8Array ? `has ${bytes.length} bytes` : "is no Uint8Array"
  throw new InvalidSeal({ fault: `key '${name}' ${found}, give ${keyBytes} random bytes` })
}

/**
 * Each run has a key of its own. So no value opens in another run, and the number of values that one key may
 * safely seal under random IVs, 2^32, is counted by run and not by engine.
 */
const keyOfRun = (key: KeyObject, runId: string): Buffer =>
  createHmac("sha256", key).update(`onward/seal/1/${runId}`).digest()

const encrypt = (
  text: string,
  { key, name }: { readonly key: Buffer; readonly name: string }
): Sealed => {
  const iv = randomBytes(ivBytes)
  const cipher = createCipheriv(algorithm, key, iv)
  const data = Buffer.concat([cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()])
  return { key: name, iv: iv.toString("base64"), data: data.toString("base64") }
}

const decrypt = (
  data: Buffer,
  { iv, key }: { readonly iv: string; readonly key: Buffer }
): string => {
  const end = data.length - tagBytes
  try {
    const decipher = createDecipheriv(algorithm, key, Buffer.from(iv, "base64"), {
      authTagLength: tagBytes
    })
    decipher.setAuthTag(data.subarray(end))
    return decipher.update(data.subarray(0, end), undefined, "utf8") + decipher.final("utf8")
  } catch {
    throw new RangeError("it was changed, belongs to another run, or the key has other bytes")
  }
}

const partsOf = (sealed: Sealed): Record<"key" | "iv" | "data", string> => {
  if (typeof sealed === "string") throw new TypeError("another seal wrote it")
  const { data, iv, key } = sealed
  if (data === undefined || iv === undefined || key === undefined) {
    throw new TypeError("another seal wrote it")
  }
  return { data, iv, key }
}
