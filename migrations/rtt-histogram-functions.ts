import { HISTOGRAM_BINS, HISTOGRAM_LOWER_US, HISTOGRAM_EXACT_BELOW_US } from '@icmp-mon/probing/contract';

/** Reads the next bin of `bytes` at `at` after its first byte: distance and count are varints. */
const readBin = (bytes: string): string => `
          IF byte > 127 THEN
            byte := byte - 128 + get_byte(${bytes}, at) * 128;
            at := at + 1;
          END IF;
          bin := bin + byte;
          value := 0;
          scale := 1;
          LOOP
            byte := get_byte(${bytes}, at);
            at := at + 1;
            value := value + (byte & 127) * scale;
            EXIT WHEN byte < 128;
            scale := scale * 128;
          END LOOP;`;

/**
 * Sums stored histograms (docs/block-format.md) that are joined by zero bytes, as `string_agg` with that separator gives them:
 * a zero cannot be the distance of a bin, so it ends a histogram. The sum has one form, whatever the order of the parts.
 * Bins are counted from 1 here.
 */
export const COMPACT_RTT_HISTOGRAM = `
  CREATE FUNCTION compact_rtt_histogram(parts bytea) RETURNS bytea
  LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
  DECLARE
    size integer := length(parts);
    counts bigint[] := array_fill(0::bigint, ARRAY[${HISTOGRAM_BINS}]);
    lowest integer := ${HISTOGRAM_BINS};
    highest integer := 0;
    at integer := 0;
    bin integer;
    previous integer := 0;
    byte integer;
    scale bigint;
    value bigint;
    sum bytea := '\\x01';
  BEGIN
    parts := parts || ''::bytea; -- a copy in memory: each get_byte would unpack a stored one anew
    WHILE at < size LOOP
      IF get_byte(parts, at) <> 1 THEN
        RAISE EXCEPTION 'histogram of version %, this reads 1', get_byte(parts, at);
      END IF;
      at := at + 1;
      bin := 0;
      IF at < size AND get_byte(parts, at) <> 0 THEN
        byte := get_byte(parts, at);
        IF byte > 127 THEN byte := (byte & 127) + get_byte(parts, at + 1) * 128; END IF;
        IF byte < lowest THEN lowest := byte; END IF;
      END IF;
      WHILE at < size LOOP
        byte := get_byte(parts, at);
        IF byte < 128 AND byte > 0 AND get_byte(parts, at + 1) < 128 THEN
          bin := bin + byte;
          counts[bin] := counts[bin] + get_byte(parts, at + 1);
          at := at + 2;
        ELSE
          at := at + 1;
          EXIT WHEN byte = 0;
          ${readBin('parts')}
          counts[bin] := counts[bin] + value;
        END IF;
      END LOOP;
      IF bin > highest THEN highest := bin; END IF;
    END LOOP;
    IF highest > ${HISTOGRAM_BINS} THEN RAISE EXCEPTION 'histogram bin %', highest; END IF;
    FOR bin IN lowest .. highest LOOP
      value := counts[bin];
      CONTINUE WHEN value = 0;
      byte := bin - previous;
      previous := bin;
      IF byte < 128 AND value < 128 THEN
        sum := sum || set_byte(set_byte('\\x0000', 0, byte), 1, value::integer);
      ELSE
        IF byte > 127 THEN
          sum := sum || set_byte(set_byte('\\x0000', 0, byte & 127 | 128), 1, byte >> 7);
        ELSE
          sum := sum || set_byte('\\x00', 0, byte);
        END IF;
        WHILE value > 127 LOOP
          sum := sum || set_byte('\\x00', 0, (value & 127 | 128)::integer);
          value := value >> 7;
        END LOOP;
        sum := sum || set_byte('\\x00', 0, value::integer);
      END IF;
    END LOOP;
    RETURN sum;
  END $$`;

/** The rtt that stands for each bin, as `RttHistogram` has it. */
const MIDDLES_US = Array.from(HISTOGRAM_LOWER_US, (lowUs, bin) => {
  if (bin < HISTOGRAM_EXACT_BELOW_US || bin === HISTOGRAM_BINS - 1) return lowUs;
  const highUs = HISTOGRAM_LOWER_US[bin + 1] - 1;
  return Math.round((2 * lowUs * highUs) / (lowUs + highUs));
});

/** The rtt of rank ceil(q × count) in one stored histogram, q in 0 to 1; null if it is empty. */
export const RTT_QUANTILE_US = `
  CREATE FUNCTION rtt_quantile_us(histogram bytea, q double precision) RETURNS integer
  LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
  DECLARE
    size integer := length(histogram);
    middles integer[] := '{${MIDDLES_US.join(',')}}';
    bins integer[] := '{}';
    counts bigint[] := '{}';
    at integer := 1;
    bin integer := 0;
    byte integer;
    scale bigint;
    value bigint;
    total bigint := 0;
    rank bigint;
  BEGIN
    IF get_byte(histogram, 0) <> 1 THEN
      RAISE EXCEPTION 'histogram of version %, this reads 1', get_byte(histogram, 0);
    END IF;
    histogram := histogram || ''::bytea; -- a copy in memory: each get_byte would unpack a stored one anew
    WHILE at < size LOOP
      byte := get_byte(histogram, at);
      at := at + 1;
      ${readBin('histogram')}
      total := total + value;
      bins := bins || bin;
      counts := counts || value;
    END LOOP;
    IF total = 0 THEN RETURN NULL; END IF;
    rank := GREATEST(1, ceil(q * total));
    FOR place IN 1 .. array_length(bins, 1) LOOP
      rank := rank - counts[place];
      IF rank <= 0 THEN RETURN middles[bins[place]]; END IF;
    END LOOP;
    RETURN middles[${HISTOGRAM_BINS}];
  END $$`;
