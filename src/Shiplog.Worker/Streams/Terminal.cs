using System.Globalization;
using Shiplog.Worker.Runtime;

namespace Shiplog.Worker.Streams;

/// <summary>A running container's terminal, which conmon holds.</summary>
internal static class Terminal
{
    /// <summary>One that has ended meanwhile has no size any more.</summary>
    public static void Resize(string bundle, int width, int height) =>
        Conmon.TryTell(bundle, string.Create(CultureInfo.InvariantCulture, $"1 {height} {width}\n"));
}
