"""One image: from a file, as an array, and back."""

from nyuron.utils import array_to_img, img_to_array, load_img, save_img

__all__ = ["array_to_img", "img_to_array", "load_img", "save_img"]
