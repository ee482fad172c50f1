import { invoiceId } from '@boltwarden/core/ids'
import { createPolicy } from '@boltwarden/policy/policy'
import { describe, expect, test } from 'vitest'
import { changed, honest, nonceOf, outcome } from './honest.ts'

const scenario = 'receive-anchors'
const hash = () => honest(scenario, 'request-invoice-payment-hash')
const preimage = () => honest(scenario, 'release-payment-preimage')

describe('policy-lightspark-invoice-hash', () => {
  test('the first candidate is stored and granted', () => {
    const { signer, delivery } = hash()
    const judgement = signer.decide(delivery, nonceOf(1))
    expect(outcome(judgement)).toEqual(['sign'])
    expect(judgement.grant).toMatchObject({ kind: 'payment-hash', nonce: nonceOf(1) })
    expect(judgement.writes.invoice).toMatchObject({
      nonce: nonceOf(1),
      paymentHash: signer.keys.paymentHash(nonceOf(1)),
      issuedAtMs: delivery.receivedAtMs,
    })
  })

  test('asked again under another event, the first nonce is given again and it is noted', () => {
    const { signer, delivery } = hash()
    signer.decide(delivery, nonceOf(1))
    const again = signer.decide(changed(delivery, {}), nonceOf(2))
    expect(outcome(again)).toEqual(['sign', 'policy-lightspark-invoice-hash'])
    expect(again.grant).toMatchObject({ nonce: nonceOf(1) })
    expect(again.writes.invoice).toBeUndefined()
  })

  test('a stricter policy refuses the second question', () => {
    const { signer, delivery } = hash()
    signer.decide(delivery, nonceOf(1))
    signer.policy = createPolicy({ severities: { 'policy-lightspark-invoice-hash': 'error' } })
    expect(outcome(signer.decide(changed(delivery, {}), nonceOf(2)))).toEqual([
      'decline',
      'policy-lightspark-invoice-hash',
    ])
  })

  test('the same event again gets the same nonce, whatever the candidate', () => {
    const { signer, delivery } = hash()
    const first = signer.decide(delivery, nonceOf(1))
    const again = signer.decide(delivery, nonceOf(2))
    expect(again).toMatchObject({ repeated: true, grant: first.grant })
  })
})

describe('policy-lightspark-preimage-issued', () => {
  const refused = ['decline', 'policy-lightspark-preimage-issued']

  test('the issued nonce: released, and when is remembered once', () => {
    const { signer, delivery } = preimage()
    const judgement = signer.decide(delivery)
    expect(outcome(judgement)).toEqual(['sign'])
    expect(judgement.writes.invoice?.releasedAtMs).toBe(delivery.receivedAtMs)
    expect(signer.decide(changed(delivery, {})).writes.invoice).toBeUndefined()
  })

  test('another nonce', () => {
    const { signer, delivery } = preimage()
    expect(outcome(signer.decide(changed(delivery, { nonce: nonceOf(1) })))).toEqual(refused)
  })

  test('the nonce of another invoice', () => {
    const { signer, delivery } = preimage()
    const other = hash().delivery.request.invoice
    const invoice = other === delivery.request.invoice ? invoiceId('Invoice:x') : other
    expect(outcome(signer.decide(changed(delivery, { invoice })))).toEqual(refused)
  })

  test('an invoice that was never asked about', () => {
    const { signer, delivery } = preimage()
    const invoice = invoiceId('Invoice:unknown')
    expect(outcome(signer.decide(changed(delivery, { invoice })))).toEqual(refused)
  })
})
