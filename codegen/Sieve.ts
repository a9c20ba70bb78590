// Which files are worth parsing: parsing is most of the cost of a run, and most files of a project
// declare nothing. A file can only declare something if its text has the word `task` or `workflow`,
// or another name that some file of the project gives to one of them.

/** The files that may declare a task or a workflow. */
export const mentionsLibrary = (
  files: ReadonlyArray<string>,
  read: (file: string) => string
): ReadonlyArray<string> => {
  const words = new Set(["task", "workflow"])
  for (let size = 0; size !== words.size;) {
    size = words.size
    const renamed = new RegExp(`\\b(?:${[...words].join("|")})\\s+as\\s+([\\w$]+)`, "g")
    for (const file of files) {
      for (const [, alias] of read(file).matchAll(renamed)) {
        if (alias !== undefined && alias !== "const") words.add(alias)
      }
    }
  }
  // A default import may have any name.
  if (words.has("default")) return files
  const mention = new RegExp(`\\b(?:${[...words].join("|")})\\b`)
  return files.filter((file) => mention.test(read(file)))
}
