export * from './format/card-format.js';
export * from './format/finger-record.js';
export { parseFingerRecord } from './format/parse-record.js';
export * from './format/write-record.js';
export { FALSE_POSITIVE_RATE, falseMatchRate, scoreThreshold } from './gallery/decision.js';
export { FingerprintGallery, type GalleryOptions } from './gallery/gallery.js';
export * from './gallery/search-port.js';
export { ShardLostError } from './gallery/worker-shard.js';
export * from './matcher/edge-index.js';
export * from './matcher/matcher.js';
export {
  isGoodEnough,
  LEAST_MINUTIAE,
  type PreparedTemplate,
  prepareTemplate,
} from './matcher/prepared-template.js';
export * from './synthetic/impression.js';
export * from './synthetic/master-finger.js';
export { type SeededNumbers, seededNumbers } from './synthetic/seeded-numbers.js';
