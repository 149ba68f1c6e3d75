import { expect, it } from 'vitest';
import { isRecord, shownRecord } from './dns-record';

it.each([
  ['A', '192.0.2.7', '192.0.2.7', true],
  ['A', '192.0.2.7', '192.0.2.70', false],
  ['AAAA', '2001:db8::7', '2001:DB8:0::7', true],
  ['AAAA', '2001:db8::7', 'no address', false],
  ['NS', 'a.example.net', 'A.Example.net.', true],
  ['MX', '10 mail.example.net', '10  Mail.example.net.', true],
  ['MX', '10 mail.example.net', '20 mail.example.net', false],
  ['SOA', 'a.example.net', 'a.example.net. hostmaster.example.net. 1 2 3 4 5', true],
  ['SOA', 'a.example.net', 'b.example.net', false],
  ['TXT', 'Text.', 'Text.', true],
  ['TXT', 'Text.', 'Text', false],
  ['TXT', 'Text', 'text', false],
  ['TXT', Buffer.from('für').toString('latin1'), 'für', true],
] as const)('a %s record %j is what is demanded by %j: %s', (type, record, demanded, isEqual) => {
  expect(isRecord(record, demanded, type)).toBe(isEqual);
});

it.each([
  ['TXT', [...Buffer.from('für alle')], 'für alle'],
  ['TXT', [0x66, 0xfc, 0x72], 'f\\252r'],
  ['TXT', [0x61, 0x00, 0x0a, 0xc2, 0x85], 'a\\000\\010\\194\\133'],
  ['TXT', [...Buffer.from('v=spf1 -all')], 'v=spf1 -all'],
  ['CNAME', [...Buffer.from('example.net')], 'example.net'],
] as const)('a %s record of the bytes %j is shown as %j', (type, bytes, shown) => {
  expect(shownRecord(Buffer.from(bytes).toString('latin1'), type)).toBe(shown);
});
