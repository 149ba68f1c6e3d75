import type { Role, Scope } from '@icmp-mon/identity/contract';
import { DomainError } from '@icmp-mon/platform/errors';
import { filterText, parseScope } from '@icmp-mon/targets/contract';

/** Returns the canonical text of a scope, or why it is not one. */
export function parsedScope(text: string): { ok: true; scope: string } | { ok: false; detail: string } {
  const parsed = parseScope(text);
  if (parsed.ok) return { ok: true, scope: filterText(parsed.filter) };
  const detail =
    text.trim() === ''
      ? 'The scope is empty. Write a filter, such as customer=acme, or null for no limit.'
      : `The scope is not valid. ${parsed.fault.detail}`;
  return { ok: false, detail };
}

/** Returns the canonical text of a scope. @throws DomainError `invalid` at `#/scope` */
export function checkedScope(text: Scope | undefined): Scope {
  if (text === undefined || text === null) return null;
  const parsed = parsedScope(text);
  if (parsed.ok) return parsed.scope;
  const { detail } = parsed;
  throw new DomainError('invalid', detail, [{ pointer: '#/scope', detail }]);
}

/**
 * Requires that a role can be limited by a scope: an administrator could give itself all other access.
 * @throws DomainError `invalid`
 */
export function requireLimitable(role: Role, scope: Scope, pointer: string): void {
  if (scope === null || role !== 'admin') return;
  const detail =
    'The role admin cannot be limited by a scope, because it manages access. Choose engineer, or no scope.';
  throw new DomainError('invalid', detail, [{ pointer, detail }]);
}
