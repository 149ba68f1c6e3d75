import { describe, expect, it } from 'vitest';
import { readAsLine } from './as-line';

describe('a line of a file of AS numbers', () => {
  it.each([
    ['192.0.2.0/24 64496 Example Net', ['192.0.2.0/24'], 64_496, 'Example Net'],
    ['  198.51.100.7   AS64497  ', ['198.51.100.7/32'], 64_497, ''],
    ['2001:DB8::/32 as64498 Six', ['2001:db8:0:0:0:0:0:0/32'], 64_498, 'Six'],
    ['0.0.0.0/1 1 Half', ['0.0.0.0/1'], 1, 'Half'],
    ['1.0.0.0\t1.0.0.255\t13335\tUS\tCLOUDFLARENET - Cloudflare', ['1.0.0.0/24'], 13_335, 'CLOUDFLARENET - Cloudflare'],
    ['1.0.4.0\t1.0.7.255\t38803\tAU\tGTELECOM\r', ['1.0.4.0/22'], 38_803, 'GTELECOM'],
    ['10.0.0.1\t10.0.0.6\t7\tUS\tX', ['10.0.0.1/32', '10.0.0.2/31', '10.0.0.4/31', '10.0.0.6/32'], 7, 'X'],
    ['128.0.0.0\t255.255.255.255\t7\tUS\tX', ['128.0.0.0/1'], 7, 'X'],
    ['2001:db8::\t2001:db8::2\t7\tUS\tX', ['2001:db8:0:0:0:0:0:0/127', '2001:db8:0:0:0:0:0:2/128'], 7, 'X'],
    ['::ffff:192.0.2.0/120 7', ['0:0:0:0:0:ffff:c000:200/120'], 7, ''],
  ])('is read: %s', (line, prefixes, asn, name) => {
    expect(readAsLine(line)).toEqual({ prefixes, asn, name });
  });

  it.each([
    ...['', '   ', '# a comment', '; a comment of pyasn', '1.1.0.0\t1.1.0.255\t0\tNone\tNot routed', '192.0.2.0/24 0'],
    ...['0.0.0.0/0 7 Default', '::/0 7', '0.0.0.0\t255.255.255.255\t7\tUS\tX'],
  ])('without an AS number is passed over: "%s"', (line) => expect(readAsLine(line)).toBeNull());

  it.each([
    ['192.0.2.0/24', 'has no AS number'],
    ['192.0.2.0/24 Example', '"Example" is not an AS number'],
    ['192.0.2.0/24 4294967296', 'is not an AS number from 0'],
    ['192.0.2.1/24 7', 'has bits behind its prefix length'],
    ['192.0.2.0/33 7', 'must be 0 to 32'],
    ['192.0.2/24 7', 'is not a prefix such as'],
    ['192.0.2.0/24/8 7', 'is not a prefix such as'],
    ['router.example 7', 'is not a prefix such as'],
    ['1.0.0.9\t1.0.0.1\t7\tUS\tX', 'is behind'],
    ['1.0.0.9\t2001:db8::1\t7\tUS\tX', 'are not two addresses of one family'],
    ['192.0.2.0/24 7 a\u0007b', 'no control characters'],
    [`192.0.2.0/24 7 ${'x'.repeat(201)}`, 'the name must have at most 200 characters'],
    [`192.0.2.0/24 7 ${'x'.repeat(1_000)}`, 'has more than 1000 characters'],
  ])('with a fault is refused: %s', (line, fault) => {
    expect(readAsLine(line)).toContain(fault);
  });
});
