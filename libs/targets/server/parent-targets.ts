import type { Scope } from '@icmp-mon/identity/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { DomainError, type FieldError } from '@icmp-mon/platform/errors';
import type { TargetParent } from '@icmp-mon/targets/contract';
import { Injectable } from '@nestjs/common';
import { canonicalAddress, shown, TARGET_ID } from '@icmp-mon/targets/wire';
import { andInScope, idsInScope } from './target-list/scope-condition';

/** Finds the targets that a request names as parents. */
@Injectable()
export class ParentTargets {
  constructor(private readonly database: ControlDatabase) {}

  /**
   * Returns the targets of the scope in the order of VRF and address, each once.
   * @param refs ids, or addresses in the given VRF
   * @throws DomainError `invalid` at `#/parents/<index>` for each that is not a target
   */
  async findParents(refs: readonly string[], vrf: string, scope: Scope): Promise<TargetParent[]> {
    if (refs.length === 0) return [];
    const wanted = refs.map(referenceOf);
    const params: unknown[] = [wanted.flatMap(({ id }) => id ?? []), vrf, wanted.flatMap(({ ip }) => ip ?? [])];
    const found = await this.database.query<TargetParent>(
      `SELECT id, host(ip) AS ip, vrf FROM target_list
       WHERE (id = ANY ($1::uuid[]) OR (vrf = $2 AND ip = ANY ($3::inet[]))) ${andInScope(scope, params)} ORDER BY vrf, target_list.ip`,
      params,
    );
    const errors = wanted.flatMap((each, at): FieldError[] => {
      const isFound = found.some(({ id, ip, vrf: of }) => id === each.id || (ip === each.ip && of === vrf));
      const detail = `"${shown(refs[at])}" is neither the id of a target nor the address of one in the VRF ${vrf}${scope === null ? '' : ', within your scope'}`;
      return isFound ? [] : [{ pointer: `#/parents/${at}`, detail }];
    });
    const [first] = errors;
    if (first !== undefined) throw new DomainError('invalid', `${first.detail}.`, errors);
    return found;
  }

  /** Returns the ids of a target's parents that are in the scope: a change by its caller keeps all others. Null without a scope. */
  async visibleParents(targetId: string, scope: Scope): Promise<ReadonlySet<string> | null> {
    if (scope === null) return null;
    const [row] = await this.database.query<{ parents: string[] }>(
      'SELECT parents::text[] AS parents FROM target_list WHERE id = $1',
      [targetId],
    );
    return idsInScope(this.database, row?.parents ?? [], scope);
  }
}

function referenceOf(ref: string): { id?: string; ip?: string } {
  if (TARGET_ID.test(ref)) return { id: ref.toLowerCase() };
  const address = canonicalAddress(ref);
  return address.ok ? { ip: address.ip } : {};
}
