import type { TargetChangePage } from '@icmp-mon/targets/contract';
import { pathOf } from '../../api/api-client';
import { ifReadable } from '../if-readable';
import type { Kind } from '../kind';
import { lastChangeText } from '../last-change';
import { applyTargets, sizeFault } from './apply-targets';
import { compareTargets, targetPredicate, type TargetRequest } from './compare-targets';
import { placeKey, readTargetItem, type TargetItem } from './target-item';
import { readTargets, type TargetState } from './target-state';

/** Targets, by VRF and address. */
export const targetKind: Kind<TargetItem, TargetState> = {
  key: 'targets',
  readItem: readTargetItem,
  identityOf: placeKey,
  readState: readTargets,
  namesOf: () => [],
  compare(wanted, state, context) {
    const difference = compareTargets(wanted, state, context);
    const fault = sizeFault(difference.changes);
    return fault === null
      ? difference
      : { ...difference, faults: [...difference.faults, { place: null, text: fault }] };
  },
  async explainChanges(api, changes) {
    for (const change of changes) {
      if (change.action !== 'change') continue;
      const { ip, vrf } = change.request as unknown as TargetRequest;
      const path = pathOf('targets', ip, 'versions');
      const versions = await ifReadable(api.readDocument<TargetChangePage>(path, { vrf, limit: 1 }));
      if (versions?.items[0] !== undefined) change.lastChange = lastChangeText(versions.items[0]);
    }
  },
  apply: applyTargets,
  *itemsOf(state, scope) {
    const isInScope = targetPredicate(scope);
    for (const { version: _version, ...target } of state.values()) if (isInScope(target)) yield target;
  },
};
