/** A range of addresses, for example `10.0.0.0/8`, and a description that completes the sentence "The address is …". */
interface NeverProbed {
  range: string;
  what: string;
}

const METADATA = 'the metadata address of cloud machines, which no agent probes';

/**
 * Ranges that no agent probes regardless of its policy file, and that therefore cannot be targets: they address more than one host, secrets of
 * the machine itself, or nothing. The API refuses them, and agents refuse them again.
 */
export const NEVER_PROBED: readonly NeverProbed[] = [
  { range: '0.0.0.0/8', what: 'in 0.0.0.0/8, which no host has' },
  { range: '169.254.169.254/32', what: METADATA },
  { range: '168.63.129.16/32', what: METADATA },
  { range: '224.0.0.0/4', what: 'a multicast group, not one host' },
  { range: '255.255.255.255/32', what: 'the broadcast address, not one host' },
  {
    range: '240.0.0.0/4',
    what: 'in 240.0.0.0/4, which is reserved: no host has such an address and no agent probes it',
  },
  { range: '::/128', what: 'the unspecified address, which no host has' },
  { range: '::ffff:0:0/96', what: 'an IPv4 address in IPv6 form: give the IPv4 address itself' },
  { range: '::ffff:0:0:0/96', what: 'a translated form of an IPv4 address: give the IPv4 address itself' },
  { range: '64:ff9b::/96', what: 'a NAT64 form of an IPv4 address: give the IPv4 address itself' },
  { range: '64:ff9b:1::/48', what: 'a NAT64 form of an IPv4 address: give the IPv4 address itself' },
  { range: 'fd00:ec2::254/128', what: METADATA },
  { range: 'fd20:ce::254/128', what: METADATA },
  { range: 'fd00:c1::a9fe:a9fe/128', what: METADATA },
  { range: 'fe80::/10', what: 'a link-local address, which is valid on one link only' },
  { range: 'ff00::/8', what: 'a multicast group, not one host' },
];
