import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { readSource, sourceFiles } from './source-files.mjs';

/** Single words that several classes may have as a method, by the role that prescribes them. */
const ROLES: Readonly<Record<string, string>> = {
  'the handler of a command or a query': 'execute',
  'the life cycle of a service or a connection': 'start stop close connect disconnect',
  'modules, plug-ins and framework hooks': 'register handle intercept transform process parse',
  'the state of a participant or a part of it': 'checkpoint restore',
  'a collection, or a buffer that is reused': 'add get set has remove delete clear reset',
  'SQL and its transactions': 'query transaction begin commit rollback',
  'a log': 'debug info warn error log',
  'health and readiness of a part': 'readiness health',
};
const ALLOWED = new Set(Object.values(ROLES).flatMap((words) => words.split(' ')));

interface Method {
  name: string;
  owner: string;
  file: string;
}

type Owner = ts.ClassDeclaration | ts.InterfaceDeclaration;

const files = sourceFiles(/^(?!migrations\/).*(?<!\.spec|\.d)\.ts$/);

const methods: Method[] = [];
/** Base classes and interfaces by the name of the class or interface. */
const basesOf = new Map<string, Set<string>>();

for (const file of files) {
  const text = readSource(file);
  const visit = (node: ts.Node): void => {
    if (ts.isClassDeclaration(node) || ts.isInterfaceDeclaration(node)) collect(node, file);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true));
}

function collect(node: Owner, file: string): void {
  const owner = node.name?.text ?? '';
  const bases = basesOf.get(owner) ?? new Set();
  for (const { types } of node.heritageClauses ?? []) {
    // `Pick<Base, …>` and a mixin count as their argument.
    for (const type of types) for (const name of type.getText().match(/\b[A-Z]\w*/g) ?? []) bases.add(name);
  }
  basesOf.set(owner, bases);
  if (isController(node)) return;
  for (const member of node.members) {
    if (!ts.isMethodDeclaration(member) && !ts.isMethodSignature(member)) continue;
    // A static method is called with the name of its class.
    const isStatic = (ts.getCombinedModifierFlags(member) & ts.ModifierFlags.Static) !== 0;
    const name = member.name.getText();
    if (!isStatic && /^[a-z]+$/.test(name)) methods.push({ name, owner, file });
  }
}

/** The framework calls a controller's methods by their routes. */
function isController(node: Owner): boolean {
  return (ts.canHaveDecorators(node) ? (ts.getDecorators(node) ?? []) : []).some((each) =>
    /^@\w*Controller\b/.test(each.getText()),
  );
}

function isRelated(one: string, other: string): boolean {
  const all = (name: string, found = new Set<string>()): Set<string> => {
    if (found.has(name)) return found;
    found.add(name);
    for (const base of basesOf.get(name) ?? []) all(base, found);
    return found;
  };
  const others = all(other);
  return [...all(one)].some((name) => others.has(name) && basesOf.has(name));
}

/** Classes and interfaces that have nothing in common, one of each group of relatives. */
function unrelated(declared: readonly Method[]): Method[] {
  const found: Method[] = [];
  for (const method of declared) if (!found.some(({ owner }) => isRelated(owner, method.owner))) found.push(method);
  return found;
}

describe('a method whose name is a single word', () => {
  it('belongs to one class or interface and its relatives, or to a role', () => {
    const ambiguous = [...Map.groupBy(methods, ({ name }) => name)]
      .filter(([name]) => !ALLOWED.has(name))
      .map(([name, declared]) => ({ name, owners: unrelated(declared) }))
      .filter(({ owners }) => owners.length > 1)
      .map(({ name, owners }) => `${name}: ${owners.map(({ owner, file }) => `${owner} (${file})`).join(', ')}`);
    expect(ambiguous, 'name the verb and its object, so that each can be grepped').toEqual([]);
  });

  it.each(Object.entries(ROLES))('belongs to a role that still exists: %s', (_, words) => {
    const unused = words.split(' ').filter((word) => !methods.some(({ name }) => name === word));
    expect(unused).toEqual([]);
  });
});
