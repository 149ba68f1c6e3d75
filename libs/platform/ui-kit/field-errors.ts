import type { Problem } from './problem';

/** A server's message at a field of a form, as `submit` of Angular's signal forms takes it. */
export interface FieldError<Tree> {
  fieldTree: Tree;
  kind: 'server';
  message: string;
}

/**
 * The server's messages at the fields of a form, by the names of `fields`; undefined when none is a field's, so that the problem belongs
 * above the form. `sentAs`: fields that the request has under another name.
 */
export function fieldErrors<Tree>(
  problem: Problem,
  fields: Readonly<Record<string, Tree>>,
  sentAs: Readonly<Partial<Record<string, string>>> = {},
): FieldError<Tree>[] | undefined {
  const errors = Object.entries(fields).flatMap(([name, fieldTree]): FieldError<Tree>[] => {
    const message = problem.fields[sentAs[name] ?? name];
    return message === undefined ? [] : [{ fieldTree, kind: 'server', message }];
  });
  return errors.length === 0 ? undefined : errors;
}
