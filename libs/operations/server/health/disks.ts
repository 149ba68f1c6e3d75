import { type HealthRow, worstOf } from '@icmp-mon/operations/contract';
import { type DiskGrowth, FORECAST_SPAN_S_MIN } from './disk-growth';
import { type DiskUsage, readDisks, readGrowth } from './disk-usage';
import { counted, grade, ofRows, spanText } from '@icmp-mon/platform/health';
import type { Look, PartReader, PartReading } from './health-reading';

/** Growth below this is noise of vacuum and compaction, bytes per day. */
const GROWTH_BYTES_PER_DAY_MIN = 1024 * 1024;

const TOO_FEW_SAMPLES = `not enough samples yet: ${FORECAST_SPAN_S_MIN / 3_600} h are needed`;

/** Disk usage, growth, and when each disk is full at that rate. */
export const DISKS_PART: PartReader = {
  id: 'disks',
  title: 'Disks',
  runbook: 'runbooks/health.md#disks',
  isVital: false,
  labels: ['disk'],
  columns: [
    { key: 'disk', title: 'Disk', unit: 'text' },
    {
      key: 'usedBytes',
      title: 'Used',
      unit: 'bytes',
      metric: {
        name: 'icmpmon_disk_used_bytes',
        help: 'Bytes in use: of a disk, a database, or the topics of a broker.',
      },
    },
    {
      key: 'freeBytes',
      title: 'Free',
      unit: 'bytes',
      metric: { name: 'icmpmon_disk_free_bytes', help: 'Bytes free on the disk, where known.' },
    },
    {
      key: 'totalBytes',
      title: 'Size',
      unit: 'bytes',
      metric: { name: 'icmpmon_disk_size_bytes', help: 'Size of the disk, where known.' },
    },
    {
      key: 'growth',
      title: 'Growth per day',
      unit: 'bytesPerDay',
      metric: { name: 'icmpmon_disk_growth_bytes_per_day', help: 'Growth of the used bytes over the last day.' },
    },
    {
      key: 'fullInDays',
      title: 'Full in',
      unit: 'days',
      metric: { name: 'icmpmon_disk_full_in_days', help: 'Days until the disk is full at the growth of the last day.' },
    },
    { key: 'forecast', title: 'Forecast', unit: 'text' },
  ],
  async readPart(look): Promise<PartReading> {
    const [{ disks, failures }, growth] = await Promise.all([readDisks(look), readGrowth(look.control)]);
    const rows = disks.map((disk) => rowOf(disk, growth.get(disk.disk) ?? { bytesPerDay: null, spanS: 0 }, look));
    const unsized = disks.filter(({ totalBytes }) => totalBytes === null).length;
    const ok =
      unsized === 0
        ? 'Enough free space on all disks'
        : `Enough free space where the size is known; ${unsized} of unknown size`;
    const reading = ofRows(rows, ok, (state) => complaint(rows.filter((row) => row.state === state)));
    if (failures.length === 0 || reading.state !== 'ok') return reading;
    const advice = 'A disk whose usage cannot be read may fill up unnoticed. See Services.';
    return { ...reading, state: 'unknown', summary: `Some usage cannot be read: ${failures.join('; ')}`, advice };
  },
};

function rowOf(
  { disk, usedBytes, totalBytes, freeBytes }: DiskUsage,
  { bytesPerDay: growth, spanS }: DiskGrowth,
  look: Look,
): HealthRow {
  const { diskUsedPercent, diskFullDays } = look.thresholds;
  // By free space, not by used bytes: other software may use the same disk.
  const usedPercent = totalBytes === null || freeBytes === null ? null : (1 - freeBytes / totalBytes) * 100;
  const grows = growth !== null && growth >= GROWTH_BYTES_PER_DAY_MIN;
  const fullInDays = grows && freeBytes !== null ? freeBytes / growth : null;
  const state = worstOf([grade(usedPercent, diskUsedPercent), grade(fullInDays, diskFullDays)]);
  const forecast = growth === null ? TOO_FEW_SAMPLES : `from ${spanText(spanS)} of samples`;
  return { state, values: { disk, usedBytes, freeBytes, totalBytes, growth, fullInDays, forecast } };
}

function complaint(worst: HealthRow[]): [string, string] {
  const [first] = worst;
  const { disk, fullInDays, freeBytes } = first?.values ?? {};
  const when = typeof fullInDays === 'number' ? `full in ${fullInDays.toFixed(1)} days` : 'nearly full';
  const more = worst.length > 1 ? `, and ${counted(worst.length - 1, 'other')} in the same state` : '';
  return [
    `${disk} is ${when}: ${(Number(freeBytes) / 2 ** 30).toFixed(1)} GiB left${more}`,
    'Make room: docs/runbooks/disk-full.md. While a disk of the control plane is full, agents spool and nothing is lost.',
  ];
}
