// swift-tools-version: 6.2
import PackageDescription

/// Applied to every Swift target; each line names the proposal that explains it.
let strict: [SwiftSetting] = [
    .treatAllWarnings(as: .error),  // SE-0480
    .strictMemorySafety(),  // SE-0458: C calls must say `unsafe`
    .enableUpcomingFeature("ExistentialAny"),  // SE-0335
    .enableUpcomingFeature("InternalImportsByDefault"),  // SE-0409
    .enableUpcomingFeature("MemberImportVisibility"),  // SE-0444
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),  // SE-0461
    .enableUpcomingFeature("InferIsolatedConformances"),  // SE-0470
    .enableUpcomingFeature("ImmutableWeakCaptures"),  // SE-0481
]

let argumentParser = Target.Dependency.product(
    name: "ArgumentParser",
    package: "swift-argument-parser"
)
let asyncHTTPClient = Target.Dependency.product(
    name: "AsyncHTTPClient",
    package: "async-http-client"
)
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let cryptoExtras = Target.Dependency.product(name: "CryptoExtras", package: "swift-crypto")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let serviceLifecycle = Target.Dependency.product(
    name: "ServiceLifecycle",
    package: "swift-service-lifecycle"
)
let x509 = Target.Dependency.product(name: "X509", package: "swift-certificates")
let swiftASN1 = Target.Dependency.product(name: "SwiftASN1", package: "swift-asn1")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioTLS = Target.Dependency.product(name: "NIOTLS", package: "swift-nio")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let systemPackage = Target.Dependency.product(name: "SystemPackage", package: "swift-system")
let unixSignals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess")

let package = Package(
    name: "apus",
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-asn1", from: "1.7.4"),
        .package(url: "https://github.com/apple/swift-certificates", from: "1.21.1"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-system", from: "1.6.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
    ],
    targets: [
        .systemLibrary(name: "CLibGit2", pkgConfig: "libgit2", providers: [.apt(["libgit2-dev"])]),
        .systemLibrary(name: "CLibYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
        .systemLibrary(
            name: "CPCRE2",
            pkgConfig: "libpcre2-8",
            providers: [.apt(["libpcre2-dev"])]
        ),
        .systemLibrary(
            name: "COpenSSL",
            pkgConfig: "openssl",
            providers: [.apt(["libssl-dev"])]
        ),
        .target(name: "CProxyShims"),
        .target(name: "CTerminal"),

        .target(name: "Model", swiftSettings: strict),
        .target(name: "BootConfig", dependencies: ["Model"], swiftSettings: strict),
        .target(name: "RuntimeAPI", dependencies: ["Model"], swiftSettings: strict),
        .target(name: "Planning", dependencies: ["Model"], swiftSettings: strict),
        .target(
            name: "Desired",
            dependencies: ["Model", "BootConfig", "CLibGit2", "CLibYAML"],
            swiftSettings: strict
        ),
        .target(
            name: "Fleet",
            dependencies: ["Model", "RuntimeAPI", "Planning", nioCore, nioPosix],
            swiftSettings: strict
        ),
        .target(
            name: "Certificates",
            dependencies: [
                "Model", "CTerminal", asyncHTTPClient, crypto, cryptoExtras, nioCore, nioHTTP1,
                nioSSL, swiftASN1, systemPackage, x509,
            ],
            swiftSettings: strict
        ),
        .target(
            name: "Controller",
            dependencies: [
                "Model", "RuntimeAPI", "Planning", "Desired", "Fleet", "Certificates", "CTerminal",
                crypto, grdb, hummingbird, logging, nioCore, nioPosix, nioSSL, nioTLS,
                serviceLifecycle, subprocess, systemPackage, unixSignals,
            ],
            swiftSettings: strict
        ),
        .target(
            name: "Proxy",
            dependencies: [
                "Model", "BootConfig", "RuntimeAPI", "COpenSSL", "CPCRE2", "CProxyShims",
            ],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "apus",
            dependencies: [
                "Controller", "Planning", "Desired", "Fleet", "Model", argumentParser, logging,
            ],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "apus-proxy",
            dependencies: ["Model", "Proxy"],
            swiftSettings: strict
        ),

        .target(name: "Simulation", path: "Tests/Simulation", swiftSettings: strict),
        .target(
            name: "SimulatedFleet",
            dependencies: [
                "Simulation", "Controller", "Model", "RuntimeAPI", "Planning", "Fleet", "Proxy",
                logging,
            ],
            path: "Tests/SimulatedFleet",
            swiftSettings: strict
        ),
        .executableTarget(
            name: "apus-simulate",
            dependencies: ["SimulatedFleet", "Simulation", argumentParser],
            path: "Tests/Simulate",
            swiftSettings: strict
        ),
        .target(name: "PlanSearch", path: "Tests/PlanSearch", swiftSettings: strict),
        .target(
            name: "PlanReplay",
            dependencies: ["PlanSearch", "Simulation", "Planning", "Model"],
            path: "Tests/PlanReplay",
            swiftSettings: strict
        ),
        .executableTarget(
            name: "apus-search",
            dependencies: ["PlanReplay", "PlanSearch", "Simulation", argumentParser],
            path: "Tests/Search",
            exclude: ["Results"],
            swiftSettings: strict
        ),
        .target(
            name: "Stage",
            dependencies: ["Model", "Proxy", crypto, swiftASN1, x509],
            path: "Tests/Stage",
            swiftSettings: strict
        ),
        .target(name: "CFuzzer", path: "Tests/CFuzzer"),
        .target(
            name: "Fuzz",
            dependencies: ["Desired", "Planning", "Proxy", "RuntimeAPI", "Simulation", "CFuzzer"],
            path: "Tests/Fuzz",
            exclude: ["Corpora", "Crashes"],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "apus-fuzz",
            dependencies: ["Fuzz", "Stage"],
            path: "Tests/Fuzzer",
            swiftSettings: strict
        ),
        .executableTarget(
            name: "apus-bench",
            dependencies: ["Model", "RuntimeAPI", "Stage", nioCore, nioPosix, unixSignals],
            path: "Tests/Benchmarks",
            exclude: ["Results"],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "apus-demo",
            dependencies: ["Stage", unixSignals],
            path: "Tests/Demo",
            swiftSettings: strict
        ),

        .target(
            name: "Regression",
            dependencies: ["Stage"],
            path: "Tests/Regression",
            swiftSettings: strict
        ),
        .executableTarget(
            name: "apus-regress",
            dependencies: ["Regression", "Stage"],
            path: "Tests/RegressionTool",
            swiftSettings: strict
        ),
        .executableTarget(
            name: "apus-record",
            dependencies: ["Stage", "Proxy", "Model", "Simulation"],
            path: "Tests/Recorder",
            swiftSettings: strict
        ),

        .testTarget(name: "ModelTests", dependencies: ["Model"], swiftSettings: strict),
        .testTarget(
            name: "BootConfigTests",
            dependencies: ["BootConfig", "Model"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "RuntimeAPITests",
            dependencies: ["RuntimeAPI", "Model", "Simulation"],
            exclude: ["Transcripts"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "PlanningTests",
            dependencies: ["Planning", "Model", "Desired", "Fleet", "Simulation"],
            exclude: ["Cases", "Results"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "PlanSearchTests",
            dependencies: ["PlanReplay", "PlanSearch", "Simulation"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "DesiredTests",
            dependencies: ["Desired", "BootConfig", "Model", "Simulation"],
            exclude: ["Golden"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "FleetTests",
            dependencies: [
                "Fleet", "RuntimeAPI", "Planning", "Model", "Simulation", "Stage", "PlanReplay",
                "PlanSearch",
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "ApusTests",
            dependencies: ["apus", "Controller", "Simulation", argumentParser],
            exclude: ["Golden"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "CertificatesTests",
            dependencies: [
                "Certificates", "Controller", "Fleet", "Model", "Simulation", "Stage", "apus-proxy",
                crypto, cryptoExtras, swiftASN1, x509,
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "ControllerTests",
            dependencies: [
                "Controller", "Desired", "Fleet", "Planning", "RuntimeAPI", "Model", "Simulation",
                grdb, logging,
                nioCore, nioPosix, systemPackage,
            ],
            exclude: ["Golden"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "ProxyTests",
            dependencies: ["Proxy", "BootConfig", "RuntimeAPI", "Model", "Simulation"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "SimulationTests",
            dependencies: [
                "SimulatedFleet", "Simulation", "Fleet", "Planning", "Proxy", "RuntimeAPI", "Model",
            ],
            exclude: ["Results"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "EndToEndTests",
            dependencies: ["Stage", "Model", "RuntimeAPI", "Simulation", "apus", "apus-proxy"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "FuzzTests",
            dependencies: ["Fuzz", "Simulation"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "RegressionTests",
            dependencies: ["Regression", "Stage", "apus-proxy"],
            exclude: ["passing.txt"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "ProcessTests",
            dependencies: ["Stage", "Proxy", "Model", "Simulation", "apus-proxy"],
            swiftSettings: strict
        ),
        .testTarget(name: "TidyTests", swiftSettings: strict),
    ]
)
