import { statfs } from 'node:fs/promises';
import type { Field } from '@icmp-mon/platform/config';

/** A disk of this machine, given by a folder on it, or the size of the disk of a database on another machine. */
export type WatchedDisk = { name: string; path: string } | { name: string; sizeBytes: number };

const ITEM = /^([\w -]+)=(?:(\/[^,]*)|(\d+(?:\.\d+)?)(KiB|MiB|GiB|TiB))$/;
const UNITS = { KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 } as const;

/** Reads the setting of watched disks, such as `data=/var/lib/icmp-mon,telemetry database=500GiB`. */
export function watchedDisks(variable: string): Field<WatchedDisk[]> {
  return {
    variable,
    expected: 'a comma-separated list of name=/folder or name=500GiB',
    parseText(raw) {
      const items = raw.split(',').map((item) => ITEM.exec(item.trim()));
      if (!items.every((item) => item !== null)) return null;
      return items.map((item): WatchedDisk => {
        const [, name = '', path, size, unit] = item;
        if (path !== undefined) return { name, path };
        return { name, sizeBytes: Number(size) * UNITS[unit as keyof typeof UNITS] };
      });
    },
    showValue: (value) => value.map((disk) => `${disk.name}=${'path' in disk ? disk.path : disk.sizeBytes}`).join(','),
    missing: { required: false, value: [] },
  };
}

/** Returns size and free space of the disk of a folder, in bytes; space reserved for root counts as used. */
export async function roomOf(path: string): Promise<{ totalBytes: number; freeBytes: number }> {
  const { bsize, blocks, bavail } = await statfs(path);
  return { totalBytes: blocks * bsize, freeBytes: bavail * bsize };
}
