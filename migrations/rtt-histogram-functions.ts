/** Returns the SQL that reads the rest of a bin of `bytes` at `at`, after its first byte: distance and count are varints. */
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
 * Sums stored histograms (docs/block-format.md) that are joined by zero bytes, as `string_agg` with that separator returns them. A
 * distance of zero cannot occur, so a zero ends a histogram. The result does not depend on the order of the parts. Bins are counted
 * from 1 here.
 */
export const COMPACT_RTT_HISTOGRAM = `
  CREATE FUNCTION compact_rtt_histogram(parts bytea) RETURNS bytea
  LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
  DECLARE
    size integer := length(parts);
    counts bigint[] := array_fill(0::bigint, ARRAY[357]);
    lowest integer := 357;
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
    IF highest > 357 THEN RAISE EXCEPTION 'histogram bin %', highest; END IF;
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

/** Representative round-trip time of each of the 357 bins in µs, as in `RttHistogram` of the probing contract; a test compares them. */
export const RTT_BIN_MIDDLES_US =
  '0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31,32,33,34,35,36,37,38,39,40,41,' +
  '42,43,44,45,46,47,48,49,51,53,55,57,60,62,65,67,70,73,76,79,82,86,89,93,96,100,104,109,113,118,123,128,133,138,144,' +
  '150,156,163,169,176,183,191,198,207,215,224,233,242,252,263,274,285,296,308,321,334,348,362,377,392,408,425,442,460,' +
  '479,498,519,540,562,585,609,634,660,687,715,744,775,806,839,874,909,946,985,1025,1067,1110,1156,1203,1252,1303,1356,' +
  '1411,1469,1529,1591,1656,1724,1794,1867,1944,2023,2106,2192,2281,2374,2471,2572,2677,2786,2899,3018,3141,3270,3403,' +
  '3542,3687,3837,3993,4156,4326,4503,4687,4878,5077,5284,5499,5724,5958,6201,6454,6717,6992,7277,7574,7883,8205,8540,' +
  '8888,9251,9629,10022,10431,10857,11300,11761,12241,12740,13261,13802,14365,14952,15562,16197,16858,17547,18263,19008,' +
  '19784,20591,21432,22307,23217,24164,25151,26178,27246,28358,29515,30720,31974,33279,34638,36052,37523,39054,40649,' +
  '42308,44035,45832,47702,49649,51676,53785,55980,58265,60644,63119,65695,68377,71168,74072,77096,80242,83518,86927,' +
  '90474,94167,98011,102012,106175,110509,115020,119714,124601,129686,134979,140488,146223,152192,158403,164869,171598,' +
  '178602,185892,193479,201376,209596,218151,227055,236322,245968,256008,266457,277333,288653,300434,312697,325460,' +
  '338743,352570,366961,381939,397528,413753,430642,448219,466514,485555,505373,526001,547470,569816,593074,617281,' +
  '642476,668699,695994,724401,753968,784743,816773,850110,884809,920924,958513,997636,1038356,1080738,1124849,1170762,' +
  '1218547,1268284,1320051,1373930,1430009,1488376,1549127,1612356,1678167,1746664,1817956,1892158,1969389,2049772,' +
  '2133437,2220516,2311149,2405481,2503664,2605855,2712216,2822919,2938140,3058064,3182883,3312796,3448013,3588748,' +
  '3735227,3887686,4046367,4211525,4383424,4562339,4748557,4942376,5144105,5354069,5572602,5800055,6036792,6283192,' +
  '6539649,6806573,7084392,7373551,7674512,7987758,8313789,8653127,9006316,9373921,9756530,9977772,10000000';

/** Returns the round-trip time of rank ceil(q × count) in one stored histogram, q from 0 to 1; null for an empty histogram. */
export const RTT_QUANTILE_US = `
  CREATE FUNCTION rtt_quantile_us(histogram bytea, q double precision) RETURNS integer
  LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
  DECLARE
    size integer := length(histogram);
    middles integer[] := '{${RTT_BIN_MIDDLES_US}}';
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
    RETURN middles[357];
  END $$`;
