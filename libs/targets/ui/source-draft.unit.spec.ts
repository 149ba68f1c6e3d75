import type { InventorySource } from '@icmp-mon/targets/contract';
import { describe, expect, it } from 'vitest';
import { draftOf, draftOfKind, NEW_SOURCE, requestOf } from './source-draft';

describe('the form of a source', () => {
  it('begins with what NetBox usually needs', () => {
    expect(requestOf({ ...NEW_SOURCE, name: ' NetBox ', location: 'https://n ', credential: ' abc ' })).toEqual({
      ...{ kind: 'netbox', name: 'NetBox', location: 'https://n', credential: 'abc', tier: 'standard', vrf: 'default' },
      ...{ intervalS: 3_600, statuses: ['active'], query: '', nameFrom: 'dns_name', existing: 'leave', left: 'keep' },
      tagsFrom: { tenant: 'tenant', role: 'role', device: 'assigned_object.device', tags: 'tags' },
      leftSharePercent: 10,
    });
  });

  it('of Prometheus takes all labels unless some are named, and has no members of NetBox', () => {
    const draft = { ...draftOfKind({ ...NEW_SOURCE, name: 'SD', tier: 'fast' }, 'http_sd'), location: 'http://sd' };
    expect(requestOf(draft)).toMatchObject({ name: 'SD', tier: 'fast', statuses: [], nameFrom: null, tagsFrom: null });
    expect(requestOf({ ...draft, tagsFrom: 'rack=__meta_rack' }).tagsFrom).toEqual({ rack: '__meta_rack' });
    expect(requestOf(draft)).not.toHaveProperty('credential');
  });

  it('shows a source, keeps its credential unless another one is entered, and can remove it', () => {
    const source = {
      ...{ ...requestOf(NEW_SOURCE), name: 'N', intervalS: 90, tagsFrom: null, statuses: ['active', 'dhcp'] },
      ...{ id: '1', hasCredential: true, version: 3 },
    } as InventorySource;
    const draft = draftOf(source);
    expect(draft).toMatchObject({ minutes: 1.5, statuses: 'active dhcp', credential: '' });
    expect(requestOf(draft)).toMatchObject({ intervalS: 90, statuses: ['active', 'dhcp'] });
    expect(requestOf(draft)).not.toHaveProperty('credential');
    expect(requestOf({ ...draft, withoutCredential: true })).toMatchObject({ credential: null });
  });
});
