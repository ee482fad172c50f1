import { app } from './app.ts'

const { PORT = '3000' } = process.env
app.listen(Number(PORT), '127.0.0.1', () => {
  console.log(`webhooks: http://127.0.0.1:${PORT}/webhook`)
})
