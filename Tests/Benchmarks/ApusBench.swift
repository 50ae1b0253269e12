@main enum ApusBench { static func main() {} }
