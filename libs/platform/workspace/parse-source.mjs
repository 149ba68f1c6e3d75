import ts from 'typescript';

/**
 * @param {string} file its ending decides between TypeScript and JavaScript
 * @param {string} text
 */
export function parseSource(file, text) {
  const kind = file.endsWith('.ts') ? ts.ScriptKind.TS : ts.ScriptKind.JS;
  return ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true, kind);
}
