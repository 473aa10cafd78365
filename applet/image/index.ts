export * from './byte-reader.js';
export * from './byte-writer.js';
export * from './card-image-file.js';
export * from './checked-file.js';
export * from './restore-card.js';
