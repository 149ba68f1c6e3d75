// Compiles the TypeScript files that use decorators with TypeScript itself, because esbuild and oxc cannot write the
// constructor types that Nest's injection reads (`emitDecoratorMetadata`). Every other file stays with the bundler.
import ts from 'typescript';

const DECORATOR = /^\s*@[A-Z]\w*\(/m;

const compilerOptions = {
  target: ts.ScriptTarget.ES2024,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  experimentalDecorators: true,
  emitDecoratorMetadata: true,
  isolatedModules: true,
  sourceMap: true,
  inlineSources: true,
};

/**
 * True when the source of a TypeScript file holds a decorator in the style `@Name(`.
 * @param {string} source
 */
export function usesDecorators(source) {
  return DECORATOR.test(source);
}

/**
 * Source text of one TypeScript file → `{ code, map }` with decorators lowered and constructor types written.
 * @param {string} source
 * @param {string} fileName
 */
export function compileDecorators(source, fileName) {
  const { outputText, sourceMapText } = ts.transpileModule(source, { fileName, compilerOptions });
  return { code: outputText.replace(/\n\/\/# sourceMappingURL=.*$/m, ''), map: sourceMapText ?? '' };
}
