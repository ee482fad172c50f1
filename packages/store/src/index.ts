export {
  isStoreFault,
  StoreFault,
  type StoreFaultCode,
  type StoreFaultDetail,
} from './fault.ts'
export { Permit } from './permit.ts'
export {
  type Backend,
  type Counts,
  createStore,
  type Page,
  type Ruling,
  type Step,
  type Store,
} from './store.ts'
