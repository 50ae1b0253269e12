import Simulation
import Testing

@testable import Proxy

@Suite struct ChunkedArrayTests {
    @Test(arguments: Seed.runs)
    func `whatever is changed, the published array holds it and earlier ones stay as they were`(
        seed: Seed
    ) {
        var generator = seed.generator
        var builder = ChunkedArrayBuilder<Int>()
        var model: [Int] = []
        var earlier: (array: ChunkedArray<Int>, values: [Int]) = (.empty, [])
        var retired: [RetiredMemory] = []
        for step in 0..<30 {
            for _ in 0..<Int.random(in: 0...200, using: &generator) {
                builder.append(step)
                model.append(step)
            }
            for _ in 0..<3 where !model.isEmpty {
                let index = Int.random(in: model.indices, using: &generator)
                builder[index] = -step
                model[index] = -step
            }
            if generator.chance(30) {
                let length = Int.random(in: 0...model.count, using: &generator)
                builder.truncate(to: length)
                model.removeLast(model.count - length)
            }
            if generator.chance(20) {
                let start = Int.random(in: 0...model.count, using: &generator)
                let tail = Array(
                    repeating: step * 1000,
                    count: Int.random(in: 0...600, using: &generator)
                )
                builder.replaceTail(from: start, with: tail)
                model.replaceSubrange(start..., with: tail)
            }
            guard generator.chance(60) else { continue }
            #expect(earlier.array.indices.map { earlier.array[$0] } == earlier.values)
            for memory in retired { memory.free() }
            retired = []
            let array = builder.publish(retired: &retired)
            #expect(array.indices.map { array[$0] } == model)
            #expect(builder.published.count == model.count)
            earlier = (array, model)
        }
        for memory in retired { memory.free() }
        builder.published.free()
    }

    @Test func `a change shares every chunk it does not touch`() {
        var builder = ChunkedArrayBuilder<Int>()
        for number in 0..<1000 { builder.append(number) }
        var retired: [RetiredMemory] = []
        let first = builder.publish(retired: &retired)
        #expect(retired.count == 2)
        builder[300] = -1
        retired = []
        let second = builder.publish(retired: &retired)
        #expect(first[300] == 300 && second[300] == -1 && second[999] == 999)
    }

    @Test func `an array can be made at once`() {
        let array = ChunkedArray.make(0..<700)
        defer { array.free() }
        #expect(array.count == 700 && array[699] == 699)
        #expect(ChunkedArray<Int>.empty.isEmpty)
    }
}
