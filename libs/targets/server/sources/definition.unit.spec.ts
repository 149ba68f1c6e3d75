import { DomainError } from '@icmp-mon/platform/errors';
import type { DefineSourceRequest } from '@icmp-mon/targets/contract';
import { describe, expect, it } from 'vitest';
import { definitionOf, requireDefinition } from './definition';

const NETBOX: DefineSourceRequest = {
  name: 'NetBox',
  kind: 'netbox',
  location: 'https://netbox.example.net/base',
  tier: 'fast',
};

/** Returns the pointers of the faults of a request. */
function faultsOf(change: Partial<DefineSourceRequest>): string[] {
  const request = { ...NETBOX, ...change };
  try {
    requireDefinition(definitionOf(request), request.credential);
    return [];
  } catch (error) {
    if (error instanceof DomainError) return error.errors?.map(({ pointer }) => pointer) ?? [];
    throw error;
  }
}

describe('the definition of a source', () => {
  it.each<Partial<DefineSourceRequest>>([
    {},
    { query: 'tenant=acme&tag=monitored&cf_site=fra' },
    { tagsFrom: { site: 'custom_fields.site' }, nameFrom: 'custom_fields.host_name' },
    { kind: 'http_sd', location: 'http://127.0.0.1:8000/sd?env=prod', credential: 'abc' },
    { kind: 'http_sd', location: 'http://h/sd?env=prod&token={credential}', credential: 'abc' },
    { kind: 'http_sd', location: 'http://h/sd?monkey=1&token=' },
    { kind: 'file_sd', location: 'prometheus/tg_*.json' },
  ])('may be %j', (change) => expect(faultsOf(change)).toEqual([]));

  it.each<[Partial<DefineSourceRequest>, string]>([
    [{ location: 'netbox.example.net' }, '#/location'],
    [{ location: 'ftp://netbox.example.net' }, '#/location'],
    [{ location: 'https://user:password@netbox.example.net' }, '#/location'],
    [{ location: 'https://netbox.example.net/api/' }, '#/location'],
    [{ location: 'https://netbox.example.net/?a=b' }, '#/location'],
    [{ kind: 'http_sd', location: 'https://h/#x' }, '#/location'],
    ...['token', 'access_token', 'apiKey', 'X-Amz-Signature', 'sig', 'key', 'api.key', 'Password'].map(
      (name): [Partial<DefineSourceRequest>, string] => [
        { kind: 'http_sd', location: `https://h/sd?a=b&${name}=s3` },
        '#/location',
      ],
    ),
    [{ kind: 'http_sd', location: 'https://h/{credential}/sd' }, '#/location'],
    [{ kind: 'http_sd', location: 'https://h/sd?a=b{credential}' }, '#/location'],
    [{ query: 'token=abc' }, '#/query'],
    [{ kind: 'file_sd', location: '../secrets.json' }, '#/location'],
    [{ kind: 'file_sd', location: '/etc/a.json' }, '#/location'],
    [{ kind: 'file_sd', location: 'a*/b.json' }, '#/location'],
    [{ kind: 'file_sd', location: '*a*.json' }, '#/location'],
    [{ kind: 'file_sd', location: 'passwd' }, '#/location'],
    [{ query: '?tag=a' }, '#/query'],
    [{ query: 'limit=5' }, '#/query'],
    [{ query: 'status=active' }, '#/query'],
    [{ kind: 'http_sd', query: 'a=b' }, '#/query'],
    [{ kind: 'http_sd', statuses: ['active'] }, '#/statuses'],
    [{ nameFrom: 'a..b' }, '#/nameFrom'],
    [{ tagsFrom: { '-a': 'b' } }, '#/tagsFrom'],
    [{ tagsFrom: { a: 'b c' } }, '#/tagsFrom'],
    [{ tagsFrom: { a: ['b'] as unknown as string } }, '#/tagsFrom'],
    [{ tagsFrom: { constructor: 'b' } as Record<string, string> }, '#/tagsFrom'],
    [{ credential: 'Token abc' }, '#/credential'],
    [{ credential: 'a\nb' }, '#/credential'],
    [{ kind: 'file_sd', location: 'a.json', credential: 'abc' }, '#/credential'],
  ])('cannot be %j', (change, pointer) => expect(faultsOf(change)).toEqual([pointer]));

  it('that an older release stored with a secret can be changed in other members', () => {
    const location = 'https://h/sd?token=s3';
    const stored = definitionOf({ ...NETBOX, kind: 'http_sd', location });
    expect(() => requireDefinition({ ...stored, isEnabled: false }, undefined, location)).not.toThrow();
    expect(() => requireDefinition(stored, undefined, 'https://h/sd')).toThrow('not valid');
  });
});
