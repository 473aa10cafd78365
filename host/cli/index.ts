export * from './engine/native-engine.js';
