// Where a rejection was asked for. An error of a task or of the store was made where the caller has no frame; but
// V8 knows who awaits whom, so an error made where it is handed out has the frames that are missing. What does not
// fail costs nothing.

/** `error`, with the frames of whoever awaits it behind its own. To be called by the async function that throws it. */
export const withCaller = (error: unknown): unknown => {
  if (!(error instanceof Error) || typeof error.stack !== "string") return error
  const known = error.stack
  // Behind the header: this function, the one that throws, and who awaits that.
  const frames = (new Error().stack ?? "").split("\n").slice(3)
  const missing = frames.filter((frame) => !known.includes(frame.trim()))
  // A frozen error stays as it is.
  if (missing.length > 0) Reflect.set(error, "stack", [known, ...missing].join("\n"))
  return error
}
