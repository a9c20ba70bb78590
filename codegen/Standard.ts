// Types of the platform that a walker must not look inside.

const collections = new Set(["Map", "ReadonlyMap", "ReadonlySet", "Set"])

const standard = new Set([
  "ArrayBuffer",
  "BigInt64Array",
  "BigUint64Array",
  "Buffer",
  "DataView",
  "Date",
  "Error",
  "Float32Array",
  "Float64Array",
  "Int16Array",
  "Int32Array",
  "Int8Array",
  "RegExp",
  "URL",
  "Uint16Array",
  "Uint32Array",
  "Uint8Array",
  "Uint8ClampedArray"
])

const unstorable = new Set([
  "AbortController",
  "AbortSignal",
  "AsyncGenerator",
  "AsyncIterable",
  "Blob",
  "EventEmitter",
  "File",
  "FormData",
  "Function",
  "Generator",
  "Headers",
  "Iterable",
  "Iterator",
  "Promise",
  "PromiseLike",
  "ReadableStream",
  "Request",
  "Response",
  "WeakMap",
  "WeakRef",
  "WeakSet",
  "WritableStream"
])

/** Printed by its name, with what it holds. */
export const isCollection = (name: string): boolean => collections.has(name)

/** Printed by its name alone: every TypeScript program knows it. */
export const isStandard = (name: string): boolean => standard.has(name)

/** A live thing: no value of it can be stored, so none can be given or received. */
export const isUnstorable = (name: string): boolean => unstorable.has(name)
