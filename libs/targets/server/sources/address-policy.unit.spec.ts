import { describe, expect, it } from 'vitest';
import { AddressPolicy, isRange } from './address-policy';

describe('addresses that sources may have', () => {
  const policy = new AddressPolicy([]);

  it.each(['192.0.2.1', '10.0.0.1', '2001:db8::1', 'fd00::1', '::ffff:10.0.0.1', '64:ff9b:1::a00:1'])(
    'include %s',
    (address) => expect(policy.allows(address)).toBe(true),
  );

  it.each([
    ...[
      '127.0.0.1',
      '127.255.0.1',
      '0.0.0.0',
      '169.254.169.254',
      '100.100.100.200',
      '224.0.0.1',
      '255.255.255.255',
      '::',
      '::1',
      'fe80::1',
    ],
    ...[
      'fd00:ec2::254',
      'fd00:c1::a9fe:a9fe',
      'fd20:ce::254',
      '168.63.129.16',
      'ff02::1',
      '::ffff:127.0.0.1',
      '::ffff:169.254.169.254',
      '64:ff9b::7f00:1',
      '64:ff9b::a9fe:a9fe',
      '64:ff9b:1::a9fe:a9fe',
      'fe80::1%eth0',
    ],
  ])('do not include %s', (address) => expect(policy.allows(address)).toBe(false));

  it('include those of the setting', () => {
    const open = new AddressPolicy(['127.0.0.1', '169.254.10.0/24', '::1']);
    expect(
      ['127.0.0.1', '::ffff:127.0.0.1', '169.254.10.7', '::1', '127.0.0.2'].map((each) => open.allows(each)),
    ).toEqual([...[true, true, true, true, false]]);
  });
});

it.each([
  ['127.0.0.1', true],
  ['127.0.0.0/8', true],
  ['::1/128', true],
  ['127.0.0.0/33', false],
  ['localhost', false],
  ['127.0.0.1/8/8', false],
])('%s is a range: %s', (text, expected) => expect(isRange(text)).toBe(expected));
