using System.Security.Cryptography;
using Shiplog.Domain.Containers;

namespace Shiplog.Server.Containers;

/// <summary>Tells the worker, with the stream that it is asked for, to record the session.</summary>
internal static class RecordingQuery
{
    // The worker takes a head of 8 KiB; escaped, a character is up to nine bytes.
    private const int LongestTitle = 200;

    /// <summary>Of sixteen digits: short enough to be typed.</summary>
    public static string NewId() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));

    /// <param name="recording"><see langword="null"/> where the session is not recorded.</param>
    /// <param name="command">What runs there.</param>
    /// <param name="console">The terminal's width and height; 0 where nobody has said.</param>
    /// <returns>What follows in the query; empty where the session is not recorded.</returns>
    public static string Of(SessionRecording? recording, string[] command, (int Width, int Height) console)
    {
        if (recording is null)
            return "";
        var title = string.Join(' ', command);
        if (title.Length > LongestTitle)
            title = title[..(char.IsHighSurrogate(title[LongestTitle - 1]) ? LongestTitle - 1 : LongestTitle)];
        return $"&recording={recording.Id}&record={recording.Mode}&w={console.Width}&h={console.Height}&title={Uri.EscapeDataString(title)}";
    }
}
