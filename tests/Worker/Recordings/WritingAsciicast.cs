using System.Text;
using System.Text.Json;
using CsCheck;
using Shiplog.Worker.Recordings;
using Shouldly;

namespace Shiplog.Worker.Tests.Recordings;

public sealed class WritingAsciicast
{
    private static readonly string[] Pieces = ["a", "é", "→", "😀", "\e[1m", "\"\\\n", "\0"];

    [Fact]
    public void However_bytes_are_divided_the_text_is_the_same()
    {
        var piece = Gen.Int[0, Pieces.Length - 1].Select(n => Encoding.UTF8.GetBytes(Pieces[n]));
        var text = Gen.OneOf(Gen.Byte.Array[0, 60], piece.Array[0, 20].Select(p => p.SelectMany(b => b).ToArray()));
        Gen.Select(text, Gen.Int[1, 7].Array[1, 80]).Sample((bytes, sizes) =>
        {
            var cast = new Asciicast();
            var lines = new List<byte[]?>();
            var (at, n) = (0, 0);
            while (at < bytes.Length)
            {
                var size = Math.Min(sizes[n++ % sizes.Length], bytes.Length - at);
                lines.Add(cast.Write(TimeSpan.FromMilliseconds(n), CastStream.Output, bytes.AsSpan(at, size)));
                at += size;
            }

            lines.AddRange(cast.End(TimeSpan.FromSeconds(1)));
            return string.Concat(lines.OfType<byte[]>().Select(TextOf)) == Encoding.UTF8.GetString(bytes);
        }, iter: 20_000);
    }

    [Fact]
    public void A_character_in_pieces_is_not_broken_by_what_goes_the_other_way()
    {
        var cast = new Asciicast();
        var euro = "€"u8.ToArray();
        cast.Write(TimeSpan.Zero, CastStream.Output, euro.AsSpan(0, 1)).ShouldBeNull();
        TextOf(cast.Write(TimeSpan.Zero, CastStream.Input, "x"u8)!).ShouldBe("x");
        TextOf(cast.Write(TimeSpan.Zero, CastStream.Errors, "y"u8)!).ShouldBe("y");
        TextOf(cast.Write(TimeSpan.Zero, CastStream.Output, euro.AsSpan(1))!).ShouldBe("€");
    }

    [Fact]
    public void A_file_is_what_players_read()
    {
        var at = new DateTimeOffset(2026, 3, 3, 14, 3, 0, TimeSpan.Zero);
        Line(Asciicast.Header(100, 40, at, "sh -c \"x\"", terminal: true)).ShouldBe(
            """{"version":2,"width":100,"height":40,"timestamp":1772546580,"title":"sh -c \"x\"","env":{"TERM":"xterm"}}""");
        Line(new Asciicast().Write(TimeSpan.FromMilliseconds(1234.5678), CastStream.Errors, "\e[1mé\r\n"u8)!).ShouldBe("""[1.234568,"o","\u001B[1mé\r\n"]""");
        Line(new Asciicast().Write(TimeSpan.Zero, CastStream.Input, "q"u8)!).ShouldBe("""[0.000000,"i","q"]""");
        Line(Asciicast.Resize(TimeSpan.FromSeconds(2), 90, 30)).ShouldBe("""[2.000000,"r","90x30"]""");
        Line(Asciicast.Marker(TimeSpan.FromSeconds(3), "cut")).ShouldBe("""[3.000000,"m","cut"]""");
    }

    private static string TextOf(byte[] line) => JsonDocument.Parse(line).RootElement[2].GetString()!;

    private static string Line(byte[] line)
    {
        var text = Encoding.UTF8.GetString(line);
        text.ShouldEndWith("\n");
        return text[..^1];
    }
}
