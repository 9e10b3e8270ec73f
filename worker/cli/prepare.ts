export * from '../engine/prepare';
