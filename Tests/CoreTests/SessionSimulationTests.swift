import Testing

struct SessionSimulationTests {
    @Test(arguments: [false, true])
    func `I1 I3 two hosts publish each page once, whatever freezes, dies or gets lost`(freezesAnywhere: Bool)
        throws
    {
        var pages = 0
        for seed in 1...200 {
            var simulation = try SessionSimulation(seed: UInt64(seed), freezesAnywhere: freezesAnywhere)
            simulation.run(steps: 4000)
            pages += simulation.pages
            guard simulation.violations.isEmpty else {
                Issue.record("seed \(seed): \(simulation.violations)")
                return
            }
        }
        // A simulation in which nobody gets to publish proves nothing.
        #expect(pages > 200 * 50)
    }
}
