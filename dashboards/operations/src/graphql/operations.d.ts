// What the build puts in place of this module: the SHA-256 of each operation's text, by its name. Empty
// in development.
declare module 'virtual:operations' {
  export const operations: Readonly<Record<string, string>>;
}
