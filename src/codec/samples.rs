//! Bytes of real encoders for the tests of this room.

use bytes::Bytes;

/// From hexadecimal digits; white space is left out.
pub fn bytes(hex: &str) -> Bytes {
    let digits: Vec<_> = hex.chars().filter_map(|digit| digit.to_digit(16)).collect();
    let pairs = digits.chunks_exact(2);
    assert!(pairs.remainder().is_empty(), "half a byte");
    pairs.map(|pair| u8::try_from(pair[0] << 4 | pair[1]).unwrap()).collect()
}

/// A stream's H.264 configuration record and the slices of its first two pictures, whose idr_pic_id is 0 and 1.
pub struct Avc {
    pub name: &'static str,
    pub record: &'static str,
    pub pictures: [&'static [&'static str]; 2],
}

/// 16x32, variable length codes, one slice, pic_order_cnt_type 2.
pub const CAVLC: Avc = Avc {
    name: "CAVLC",
    record: "0164100affe100146764100aacbab62020000003002000000302808001000668ce0164b22cfdf8f800",
    pictures: [
        &["6588843f0c605f0066244df26ffe0e2e1ea18f9eefc6b09e81d852f0bc4078ace72cbcfcb71e5fd97e1c\
            1c02512047a09391de290e6811fc0b79d927c8f122c8f2"],
        &["6588820fc31817c01989137c9bff869b87a863e7bbf1ac27a07614bc2f101e2b3872dcfc571d97f6207e\
            241884a4408f412723bc521cd023f815d9fb92e4dc0bcf23c8"],
    ],
};

/// 16x32, arithmetic coding, macroblock-adaptive frame and field.
pub const CABAC_FIELDS: Avc = Avc {
    name: "CABAC with fields",
    record: "01641015ffe1001267641015acf6d88080000003008000000a0a01000668fe0164b22cfdf8f800",
    pictures: [
        &["6588822c3f4ffcdfe6b8b3e12dbeade7006e92f42680118a1d78766f8f327a6ccb4c4f9f7b161bff9df4\
            0d396ab5980be399f5c355843c555c7ff0c397ff7a117bc1"],
        &["6588810b0ffff6bcb84146b29423c1a7895641bd4c8c949016726d714f7bf6af43bedfe1dae4b744e65c\
            95a7643f82143b26eb6df5c76e1559fa8ced3998d04e894721"],
    ],
};

/// 16x32, arithmetic coding, two slices, 4:2:2 with 10 bits.
pub const CABAC_SLICES: Avc = Avc {
    name: "CABAC with two slices",
    record: "017a100affe10014677a100ab6cbab6202000003000200000300280801000668ee0114b22cfefafa00",
    pictures: [
        &[
            "6588843f33eff0104f079cc8534cb83c82ff807c8d9c2ceeb7111c5586612c6915b0c20616ec6b37560b\
            0d36779f662575",
            "6542210fff6157de2bccdd895bd848b0156bc5df37a9f026dfadb771771516328bb1eb6c507e35153fbf\
            e3768abca863712c3b7cebf5d354d0cdcda474866a4f54a05d11ef",
        ],
        &[
            "6588820fff7ab7eb2cbc94cdc7994c74c25f879d6751317d851b9090a4478e6dfd05a412ac4283e03721\
            4080c389998c",
            "65422083ffda8fb5444983c114a8d9186f0000ffaa82ef142f00d0226fd6dbb8bb8b2de2f2eb7adb141c\
            118d64ddd513d38d612c02a429e09904135f955a710838e05abd3153f6f8b9f0",
        ],
    ],
};

pub const AVC: [Avc; 3] = [CAVLC, CABAC_FIELDS, CABAC_SLICES];

impl Avc {
    /// The sample of a picture, each NAL unit behind a length of four bytes.
    pub fn sample(&self, picture: usize) -> Bytes {
        sample(&self.pictures[picture].iter().map(|unit| bytes(unit)).collect::<Vec<_>>())
    }
}

/// NAL units as a sample, each behind a length of four bytes.
pub fn sample(units: &[Bytes]) -> Bytes {
    let mut sample = Vec::new();
    for unit in units {
        super::nal::append(&mut sample, unit, 4).unwrap();
    }
    sample.into()
}

/// An HEVC configuration record, 36x34 within 40x40.
pub const HEVC: &str = "0101600000009000000000001ef000fcfdf8f800000f03a00001001840010c01ffff016000000300900000030000\
    03001e959809a10001002a42010101600000030090000003000003001ea0520a77265959ae4caf01680800000300080000030050\
    40a2000100064401c173d089";
