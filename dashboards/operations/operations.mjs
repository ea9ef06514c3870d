// What the console may ask of the hub, found in its sources when it is built: each operation's name,
// text and SHA-256. The hub is given the texts, the console sends the hashes. The texts are made by the
// same libraries as at run time, so that a hub that does not know one yet can be sent its text.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { initGraphQLTada } from 'gql.tada';
import ts from 'typescript';
import { createRequest, stringifyDocument } from 'urql';

const graphql = initGraphQLTada();

/** The operations of all modules below a folder, by name. */
export function operationsOf(folder) {
  const found = new Map(modules(folder).map((path) => [path, documentsOf(path)]));
  const made = new Map();
  const make = (path, name) => {
    const key = `${path}#${name}`;
    const written = found.get(path)?.documents.get(name);
    if (!written) throw new Error(`${key}: a fragment must be a const that holds graphql(...)`);
    if (!made.has(key)) {
      const { imports } = found.get(path);
      const parts = written.fragments.map((local) => {
        const from = imports.get(local);
        return from ? make(from.path, from.name) : make(path, local);
      });
      made.set(key, graphql(written.text, parts));
    }
    return made.get(key);
  };
  const operations = new Map();
  for (const [path, { documents }] of found) {
    for (const name of documents.keys()) {
      const document = make(path, name);
      const operation = document.definitions.find(({ kind }) => kind === 'OperationDefinition');
      if (!operation) continue;
      const title = operation.name?.value;
      if (!title || operations.has(title)) {
        throw new Error(`${path}#${name}: every operation has a name of its own`);
      }
      const text = stringifyDocument(createRequest(document, {}).query);
      const hash = createHash('sha256').update(text).digest('hex');
      operations.set(title, { hash, text });
    }
  }
  return operations;
}

function modules(folder) {
  return readdirSync(folder, { recursive: true })
    .filter((name) => /\.tsx?$/.test(name) && !name.endsWith('.d.ts'))
    .sort()
    .map((name) => join(folder, name));
}

/** `const name = graphql(text, [fragments])` in one module, and where its imports come from. */
function documentsOf(path) {
  const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest);
  const documents = new Map();
  const imports = new Map();
  for (const statement of source.statements) {
    if (ts.isImportDeclaration(statement)) {
      const from = resolved(path, statement.moduleSpecifier.text);
      for (const { name, propertyName } of statement.importClause?.namedBindings?.elements ?? []) {
        if (from) imports.set(name.text, { path: from, name: (propertyName ?? name).text });
      }
    }
    if (!ts.isVariableStatement(statement)) continue;
    for (const { name, initializer } of statement.declarationList.declarations) {
      if (!initializer || !isDocument(initializer)) continue;
      const [text, fragments] = initializer.arguments;
      documents.set(name.text, {
        text: text.text,
        fragments: (fragments?.elements ?? []).map((one) => one.text),
      });
    }
  }
  const calls = source.text.match(/\bgraphql\(\s*[`'"]/g)?.length ?? 0;
  if (calls !== documents.size) {
    throw new Error(`${path}: every graphql(...) is a const of the module, with its text as it is`);
  }
  return { documents, imports };
}

function isDocument(node) {
  return (
    ts.isCallExpression(node) &&
    node.expression.text === 'graphql' &&
    node.arguments[0] !== undefined &&
    ts.isStringLiteralLike(node.arguments[0])
  );
}

function resolved(path, specifier) {
  if (!specifier.startsWith('.')) return null;
  const base = join(dirname(path), specifier);
  return [`${base}.ts`, `${base}.tsx`].find((name) => existsSync(name)) ?? null;
}
