import { expect, it } from 'vitest';
import { entityPage, fieldText, kindText } from './entry-text';

it('finds the page of an entity, or the list that contains it', () => {
  expect(entityPage({ kind: 'target', id: 't', name: '10.0.0.1' })).toEqual(['/targets', 't']);
  expect(entityPage({ kind: 'tier', id: 'gold', name: 'gold' })).toEqual(['/settings/tiers', 'gold']);
  expect(entityPage({ kind: 'inventory-source', id: 's', name: null })).toEqual(['/settings/sources', 's']);
  expect(entityPage({ kind: 'api-key', id: 'k', name: 'graphs' })).toEqual(['/settings/keys']);
  expect(entityPage({ kind: 'bulk-job', id: 'j', name: null })).toBeNull();
});

it('names fields and kinds in words', () => {
  expect(fieldText({ field: 'tag:site', before: null, after: 'fra' })).toBe('tag site');
  expect(fieldText({ field: 'tier', before: null, after: 'gold' })).toBe('tier');
  expect(kindText('enrolment-token')).toBe('enrolment token');
  expect(kindText('api-key')).toBe('API key');
});
