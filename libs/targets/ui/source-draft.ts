import type {
  DefineSourceRequest,
  ExistingAction,
  InventorySource,
  LeftAction,
  SourceKind,
} from '@icmp-mon/targets/contract';
import { LEFT_SHARE_PERCENT, NETBOX_TAGS_FROM, SOURCE_INTERVAL_S } from '@icmp-mon/targets/contract';
import { parseTags, tagsAsText } from './tag-text';

const MINUTE_S = 60;

/** Values of the form of a source. */
export interface SourceDraft {
  name: string;
  kind: SourceKind;
  location: string;
  /** Empty: the stored one stays. */
  credential: string;
  /** Whether the stored credential is removed. */
  withoutCredential: boolean;
  minutes: number;
  tier: string;
  vrf: string;
  statuses: string;
  query: string;
  nameFrom: string;
  tagsFrom: string;
  existing: ExistingAction;
  left: LeftAction;
  leftSharePercent: number;
}

export const NEW_SOURCE: SourceDraft = {
  ...{ name: '', kind: 'netbox', location: '', credential: '', withoutCredential: false, query: '' },
  ...{ minutes: SOURCE_INTERVAL_S.unlessSet / MINUTE_S, tier: 'standard', vrf: 'default', statuses: 'active' },
  ...{ nameFrom: 'dns_name', tagsFrom: tagsAsText(NETBOX_TAGS_FROM) },
  ...{ existing: 'leave', left: 'keep', leftSharePercent: LEFT_SHARE_PERCENT.unlessSet },
};

/** Returns the values that another kind of a new source begins with. */
export const draftOfKind = (draft: SourceDraft, kind: SourceKind): SourceDraft =>
  kind === 'netbox'
    ? { ...NEW_SOURCE, name: draft.name, tier: draft.tier }
    : { ...NEW_SOURCE, name: draft.name, tier: draft.tier, kind, statuses: '', nameFrom: '', tagsFrom: '' };

export function draftOf(source: InventorySource): SourceDraft {
  const { name, kind, location, tier, vrf, query, existing, left, leftSharePercent } = source;
  const tagsFrom = source.tagsFrom ?? (kind === 'netbox' ? NETBOX_TAGS_FROM : {});
  return {
    ...{ name, kind, location, tier, vrf, query, existing, left, leftSharePercent },
    ...{ credential: '', withoutCredential: false, minutes: source.intervalS / MINUTE_S },
    ...{ statuses: source.statuses.join(' '), nameFrom: source.nameFrom ?? '', tagsFrom: tagsAsText(tagsFrom) },
  };
}

/** Returns the request of a draft; `tagsFrom` must be valid. */
export function requestOf(draft: SourceDraft): DefineSourceRequest {
  const { kind, name, location, credential, withoutCredential, minutes, tier, vrf, query } = draft;
  const { existing, left, leftSharePercent, nameFrom } = draft;
  const parsed = parseTags(draft.tagsFrom);
  const tagsFrom = 'tags' in parsed ? parsed.tags : {};
  const isDefault = kind !== 'netbox' && Object.keys(tagsFrom).length === 0;
  return {
    ...{ kind, name: name.trim(), location: location.trim(), tier, existing, left, leftSharePercent },
    ...{ vrf: vrf.trim(), intervalS: Math.round(minutes * MINUTE_S), nameFrom: nameFrom.trim() || null },
    ...{ query: kind === 'netbox' ? query.trim() : '', tagsFrom: isDefault ? null : tagsFrom },
    statuses: kind === 'netbox' ? draft.statuses.split(/[\s,]+/).filter((status) => status !== '') : [],
    ...(withoutCredential ? { credential: null } : credential.trim() !== '' && { credential: credential.trim() }),
  };
}
