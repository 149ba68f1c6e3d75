import { globSync, readFileSync } from 'node:fs';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const runbook = readFileSync('docs/runbooks/health.md', 'utf8').replace(/\s+/g, ' ');

/** Names of the variables and properties in the code of the health parts that are, or become, a summary. */
const SUMMARIES = new Set(['summary', 'cause', 'trouble']);

/** Returns the literal pieces of an expression: its strings, the text between the values of a template, both branches of a condition. */
function piecesOf(node: ts.Node, declared: ReadonlyMap<string, ts.Expression[]>): string[] {
  const of = (inner: ts.Node): string[] => piecesOf(inner, declared);
  if (ts.isStringLiteralLike(node)) return [node.text];
  if (ts.isTemplateExpression(node)) {
    return [node.head.text, ...node.templateSpans.flatMap((span) => [span.literal.text, ...of(span.expression)])];
  }
  if (ts.isConditionalExpression(node)) return [...of(node.whenTrue), ...of(node.whenFalse)];
  if (ts.isParenthesizedExpression(node)) return of(node.expression);
  if (ts.isBinaryExpression(node)) return [...of(node.left), ...of(node.right)];
  if (ts.isIdentifier(node)) return (declared.get(node.text) ?? []).flatMap(of);
  return [];
}

/** Returns every expression of a source that is a summary: by its name, or as the first of the pair [summary, advice]. */
function summariesIn(source: ts.SourceFile): string[] {
  const [declared, found] = [new Map<string, ts.Expression[]>(), new Set<ts.Expression>()];
  const visit = (node: ts.Node): void => {
    if (ts.isVariableDeclaration(node) && ts.isIdentifier(node.name) && node.initializer) {
      declared.set(node.name.text, [...(declared.get(node.name.text) ?? []), node.initializer]);
    }
    const isNamed = (name: ts.Node): boolean => ts.isIdentifier(name) && SUMMARIES.has(name.text);
    if ((ts.isPropertyAssignment(node) || ts.isVariableDeclaration(node)) && node.initializer && isNamed(node.name)) {
      found.add(node.initializer);
    }
    if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.EqualsToken && isNamed(node.left)) {
      found.add(node.right);
    }
    const isPair = ts.isArrayLiteralExpression(node) && node.elements.length === 2;
    if (isPair && (ts.isReturnStatement(node.parent) || ts.isArrowFunction(node.parent))) {
      const [first] = node.elements;
      if (first && (ts.isStringLiteralLike(first) || ts.isTemplateExpression(first))) found.add(first);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return [...found].flatMap((expression) => piecesOf(expression, declared));
}

describe('the runbook of Health', () => {
  it('quotes the texts of Health as the health parts write them', () => {
    const parts = globSync('{apps,libs}/**/*.ts', { exclude: ['**/*.spec.ts', '**/node_modules/**'] });
    const sources = parts.map((file) => readFileSync(file, 'utf8')).join('\n');
    const quotes = [...runbook.matchAll(/\*\*"([^"]+)"\*\*/g)];
    const phrases = quotes.flatMap(([, text = '']) => text.split(/ ?… ?/)).filter(Boolean);
    expect(phrases.length).toBeGreaterThan(40);
    expect(phrases.filter((phrase) => !sources.includes(phrase))).toEqual([]);
  });

  it('contains every literal part of every summary that a health part can show', () => {
    const files = globSync('libs/*/{server,engine}/**/{health/*,*-health}.ts', { exclude: ['**/*.spec.ts'] });
    const parts = files.flatMap((file) =>
      summariesIn(ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true)),
    );
    // Spaces and punctuation at the ends of a part depend on the values around it.
    const texts = [...new Set(parts.map((part) => part.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, '')))].filter(Boolean);
    expect(texts.length).toBeGreaterThan(50);
    expect(texts.filter((text) => !runbook.includes(text))).toEqual([]);
  });
});
