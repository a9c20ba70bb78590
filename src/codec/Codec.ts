// Values to stored text and back. The text is JSON that people can read; values that JSON does not
// know stand in it as markers (see Marker.ts), and come out with their types. Nothing outside this
// folder knows what the text looks like: it is passed on, put together by `record` and `list`, taken apart by `elements`,
// and decoded again.
export { decode } from "./Decode.ts"
export { elements } from "./Elements.ts"
export { encode, encodeError, type EncodeOptions, list, record } from "./Encode.ts"
export { type ErrorClass, errorClasses, type ErrorClasses } from "./ErrorClass.ts"
export { UnreadableSeal } from "./Seal.ts"
export {
  InvalidStorable,
  type Storable,
  storable,
  type StorableOptions,
  stored
} from "./StoredClass.ts"
export { UnreadableValue } from "./UnreadableValue.ts"
export { type NotStorable, ValueNotStorable } from "./ValueNotStorable.ts"
