import type { TierPreview } from '@icmp-mon/assignment/contract';
import type { TierVersionView, TierView } from '@icmp-mon/tiers/contract';
import { type ApiClient, pathOf } from '../../api/api-client';
import { policyOf } from '../../tiers/tier-policy';
import { ifReadable } from '../if-readable';
import type { Change, Failure, Kind } from '../kind';
import { lastChangeText } from '../last-change';
import { reasonIfRefused } from '../reason-if-refused';
import { compareTiers, type TierRequest } from './compare-tiers';
import { readTierItem, type TierItem } from './tier-item';

type Versions = { items: TierVersionView[] };
type State = ReadonlyMap<string, TierView>;

const requestOf = ({ request }: Change): TierRequest => request as unknown as TierRequest;

/** Tiers, by their names. */
export const tierKind: Kind<TierItem, State> = {
  key: 'tiers',
  readItem: readTierItem,
  identityOf: ({ name }) => name,
  async readState(api) {
    const { items } = await api.readDocument<{ items: TierView[] }>('tiers');
    return new Map(items.map((tier) => [tier.name, tier]));
  },
  namesOf: (wanted, state) => [
    ...new Set([
      ...[...state.values()].filter(isUsable).map(({ name }) => name),
      ...wanted.map(({ item }) => item.name),
    ]),
  ],
  compare: compareTiers,
  async explainChanges(api, changes) {
    for (const change of changes) {
      const { name, policy, version } = requestOf(change);
      // A pipeline that only plans may have a key that cannot preview.
      const preview = await ifReadable(api.sendPost<TierPreview>(pathOf('tiers', name, 'preview'), policy));
      if (preview !== null) change.consequences = preview.sentences;
      if (version === null) continue;
      const versions = await ifReadable(api.readDocument<Versions>(pathOf('tiers', name, 'versions')));
      if (versions?.items[0] !== undefined) change.lastChange = lastChangeText(versions.items[0]);
    }
  },
  async apply({ api, output }, changes) {
    const failures: Failure[] = [];
    for (const change of changes) {
      const reason = await reasonIfRefused(sendTier(api, requestOf(change)));
      if (reason === null) output.note(`tier ${change.title}: ${change.action === 'create' ? 'created' : 'changed'}`);
      else failures.push({ change, reason });
    }
    return failures;
  },
  *itemsOf(state) {
    for (const tier of [...state.values()].filter(isUsable)) yield { name: tier.name, ...policyOf(tier) };
  },
};

const isUsable = ({ successor }: TierView): boolean => successor === null;

const sendTier = (api: ApiClient, { name, policy, version }: TierRequest): Promise<unknown> =>
  version === null
    ? api.sendPost('tiers', { name, ...policy })
    : api.sendPut(pathOf('tiers', name), policy, { ifMatch: `"${version}"` });
