import { describe, expect, it } from 'vitest';
import { describeStatusWord, findStatusWord, SW } from '../../apdu/index.js';

describe('status words (ISO/IEC 7816-4:2020, 5.6)', () => {
  it('are distinct, well formed and found by their value', () => {
    const words = Object.values(SW);
    expect(words.length).toBeGreaterThan(25);
    expect(new Set(words.map((word) => word.sw)).size).toBe(words.length);
    for (const word of words) {
      expect([0xffff, 0xfff0, 0xff00]).toContain(word.mask);
      expect(word.sw & word.mask).toBe(word.sw);
      expect(word.sw >> 12 === 9 || word.sw >> 12 === 6).toBe(true);
      expect(findStatusWord(word.sw)).toBe(word);
      expect(word.meaning).not.toBe('');
    }
  });

  it('put their count into words', () => {
    expect(describeStatusWord(0x9000)).toBe('normal processing');
    expect(describeStatusWord(0x63c2)).toBe('verification failed, 2 tries left');
    expect(describeStatusWord(0x63c0)).toBe('verification failed, 0 tries left');
    expect(describeStatusWord(0x6110)).toContain('16 more bytes');
    expect(describeStatusWord(0x6100)).toContain('256 more bytes');
    expect(describeStatusWord(0x6c05)).toContain('5 bytes are available');
    expect(describeStatusWord(0x6c00)).toContain('256 bytes');
  });

  it('say so when nobody declared them', () => {
    expect(findStatusWord(0x1234)).toBeUndefined();
    expect(findStatusWord(0x63b2)).toBeUndefined();
    expect(describeStatusWord(0x1234)).toBe('unknown status word');
  });
});
