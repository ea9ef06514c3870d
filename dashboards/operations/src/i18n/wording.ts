// The shape of a wording: the same keys, any text.

export type Wording<T> = { [K in keyof T]: T[K] extends string ? string : Wording<T[K]> };
