// Every code that the generator prints, with the paragraph behind `onward explain`. A code keeps
// its meaning for ever; one that is retired is never given to something else.

export const codes = {
  ONW001: `The project's tsconfig could not be read. \`onward generate\` takes the files, the
module resolution and the import extensions from it. Give its path with \`--project\`, and repair
what the message names.`,

  ONW002: `The generator reads TypeScript through ts-morph, an optional peer dependency that is
only needed on machines that generate: production does not load it. Install it as a development
dependency.`,

  ONW003: `A file with the name of an output exists, but it does not start with the generator's
own header, so somebody wrote it by hand. It is not overwritten. Move it, delete it, or choose
another folder with \`--out\`.`,

  ONW101: `The id of a task or the name of a workflow is stored with every run, and a worker that
resumes a run finds its code by it. It must therefore be known without running the program: a
string literal, a template or sum of such, a constant, a property of a constant object, or a
member of a string enum, in this file or an imported one. An id that is read from the environment,
computed in a loop or returned by a function may differ in the next process.`,

  ONW102: `A task id or workflow name has 1 to 128 characters: letters, digits, "_", "-" and ".".
It appears in node ids, URLs and metrics, where other characters have a meaning of their own.`,

  ONW103: `The id is a parameter of the function around it, so each call of that function declares
another task, and no single import leads to it. Declare each task with its own literal id, and
share the implementation: a plain function that the tasks call may take as many parameters as it
likes.`,

  ONW104: `The task is neither exported nor used by an exported workflow, so no worker can import
it. It is left out of the registry. Export it, or delete it.`,

  ONW105: `A worker gets a workflow by importing the module that declares it. This one is not
exported, or is made inside a function, so no import leads to it. Export it as a constant, as the
default export, or in an exported object.`,

  ONW106: `The type of the workflow could not be read: the expression is not of the library's type
Workflow. Most often an import does not resolve and the compiler sees \`any\`; \`tsc\` names it.
The client falls back to \`unknown\`.`,

  ONW201: `Two tasks have one id, or two workflows have one name. A stored run names its task by
id, so it could not be told which of the two it means. Ids are unique in a project; rename one. A
copy that is meant to be the same task should import it. (To use one task twice in a workflow,
keep one declaration and rename the node with \`.as("other-name")\`.)`
} as const

export type Code = keyof typeof codes

export const isCode = (text: string): text is Code => Object.hasOwn(codes, text)

/** The paragraph for `code`, ready to print. */
export const explain = (code: Code): string => `${code}\n\n${codes[code]}\n`
