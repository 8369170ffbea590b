import Sweeps
import Testing

@Suite struct SHA256Tests {
  /// The examples of FIPS 180-4 and the lengths around a block, with what `sha256sum` of GNU coreutils prints.
  static let digests = [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
    (String(repeating: "ρ", count: 32), "ac3c727933ed59f0420490a050a04775c9c135d632d2277067d0741e92f580a8"),
    (String(repeating: "x", count: 55), "d5e285683cd4efc02d021a5c62014694958901005d6f71e89e0989fac77e4072"),
    (String(repeating: "x", count: 63), "75220b47218278e656f2013bb8f0c455a25eaf01e86c64924e9d48d89776d6f2"),
    (String(repeating: "x", count: 64), "7ce100971f64e7001e8fe5a51973ecdfe1ced42befe7ee8d5fd6219506b5393c"),
    (String(repeating: "x", count: 65), "9537c5fdf120482f7d58d25e9ed583f52c02b4e304ea814db1633ad565aed7e9"),
  ]

  @Test("Digests are those of the standard and of sha256sum", arguments: digests)
  func digest(text: String, expected: String) { #expect(SHA256.hexadecimal(text) == expected) }

  @Test("A million letters, the long example of the standard")
  func long() {
    #expect(
      SHA256.hexadecimal(String(repeating: "a", count: 1_000_000))
        == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
  }
}
