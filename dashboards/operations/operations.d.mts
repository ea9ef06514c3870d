// Types of the list of operations for the build and its tests.

export interface Operation {
  /** SHA-256 of the text, hexadecimal. */
  hash: string;
  text: string;
}

export function operationsOf(folder: string): Map<string, Operation>;
