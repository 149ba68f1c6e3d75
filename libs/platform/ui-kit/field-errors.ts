import type { Problem } from './problem';

/** A server's error message for a form field, in the shape that `submit` of Angular's signal forms expects. */
export interface FieldError<Tree> {
  fieldTree: Tree;
  kind: 'server';
  message: string;
}

/**
 * Returns the server's error messages for the form's `fields`, matched by name; undefined when no message is for one of them, so that
 * the problem belongs above the form. `sentAs` maps fields to their different names in the request.
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
