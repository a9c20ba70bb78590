import type { ts, TypeScript } from "./Project.ts"

/** An interface or class with its type arguments, if it has any. The flag makes the cast sound. */
export const isReference = (ts: TypeScript, type: ts.Type): type is ts.TypeReference =>
  (type.flags & ts.TypeFlags.Object) !== 0 &&
  ((type as ts.ObjectType).objectFlags & ts.ObjectFlags.Reference) !== 0
