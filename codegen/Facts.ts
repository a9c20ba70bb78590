// What the scan reads from one file, as plain data. Facts hold no compiler node and no path of
// another file, so they depend on the file's text alone: every question that needs a second file is
// asked by the link stage.

/** A span of source text. Offsets are 0-based, line and column 1-based. */
export interface Span {
  readonly start: number
  readonly end: number
  readonly line: number
  readonly column: number
}

/** `["ids", "ship"]` for `ids.ship`. */
export type Path = ReadonlyArray<string>

/** How the author wrote an id. */
export type IdExpression =
  | { readonly _tag: "Literal"; readonly value: string }
  | { readonly _tag: "Name"; readonly path: Path }
  | { readonly _tag: "Joined"; readonly parts: ReadonlyArray<IdExpression> }
  | { readonly _tag: "Computed"; readonly why: string }

/** An export of another module. The name `*` is the module itself. */
export interface Imported {
  readonly from: string
  readonly name: string
}

/**
 * A call that may declare a task or a workflow; the link stage decides whether the callee is ours.
 */
export interface Declaration {
  readonly callee: Path
  readonly span: Span
  readonly id: IdExpression
  readonly idSpan: Span
  /** The parameter of an enclosing function that the id is made of. */
  readonly parameter?: string
  /** How the module's own scope reaches the value; absent when no name leads to it. */
  readonly path?: Path
  /** The declaration of the module's own scope that the call is written in. */
  readonly owner?: string
  readonly within: "module" | "function" | "loop"
  /** Names that the call mentions, at any depth. */
  readonly uses: ReadonlyArray<Path>
}

export interface FileFacts {
  readonly imports: ReadonlyMap<string, Imported>
  /** Exported name to what it names: a local name, or an export of another module. */
  readonly exports: ReadonlyMap<string, string | Imported>
  /** Modules of which everything is exported again. */
  readonly stars: ReadonlyArray<string>
  /** Constants that may be ids, by dotted path. */
  readonly constants: ReadonlyMap<string, IdExpression>
  /** The names that each declaration of the module's own scope mentions. */
  readonly uses: ReadonlyMap<string, ReadonlyArray<Path>>
  readonly declarations: ReadonlyArray<Declaration>
}
