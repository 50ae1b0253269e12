import Model
import Testing

@Suite struct HealthBudgetTests {
    @Test func `without a word a tenth of the servers and a twentieth of the requests may fail`() {
        let budget = HealthBudget()
        #expect(budget.serversDown.amount(of: 20) == 2)
        #expect(budget.errors.amount(of: 100) == 5)
    }
}
