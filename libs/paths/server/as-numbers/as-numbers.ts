import { type AsNumber, isSiteAddress } from '@icmp-mon/paths/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { Injectable } from '@nestjs/common';

/** AS numbers of addresses, by the operator's file. */
@Injectable()
export class AsNumbers {
  constructor(private readonly control: ControlDatabase) {}

  /**
   * Returns the network of each address that is in the file, by the longest prefix; of a prefix with several, the lowest number. A private
   * address has none.
   */
  async ofAddresses(addresses: readonly string[]): Promise<Map<string, AsNumber>> {
    const global = [...new Set(addresses)].filter((address) => address !== '' && !isSiteAddress(address));
    if (global.length === 0) return new Map();
    // With `=`, the index of imports would be read as well, all of it for each address, until the table is analysed.
    const rows = await this.control.query<AsNumber & { address: string }>(
      `SELECT a.address, p.asn, p.name
       FROM as_number_file f CROSS JOIN unnest($1::text[]) AS a (address) CROSS JOIN LATERAL (
         SELECT asn, name FROM as_prefix
         WHERE prefix >>= a.address::inet AND import_id IS NOT DISTINCT FROM f.import_id
         ORDER BY masklen(prefix) DESC, asn, name LIMIT 1) p`,
      [global],
    );
    return new Map(rows.map(({ address, asn, name }) => [address, { asn, name }]));
  }
}
